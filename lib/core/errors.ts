/**
 * The errors this library throws on purpose. Each message names what could not be done, what was
 * expected and what was received, so that a caller can mend the call without reading the source.
 *
 * @module
 */

/** A value has the wrong type, rank or size: "expected 10 rows in `head.weights`, received 12". */
export class ShapeError extends TypeError {
  /** Always "ShapeError". */
  override readonly name: string = "ShapeError";
}

/** A number that must be finite is NaN or infinite, or a vector that must have a direction is zero. */
export class NotFiniteError extends RangeError {
  /** Always "NotFiniteError". */
  override readonly name: string = "NotFiniteError";
}

/** A class label is not an integer in `[0, classes)`, or the labels do not cover what is needed. */
export class LabelError extends RangeError {
  /** Always "LabelError". */
  override readonly name: string = "LabelError";
}

/** A matrix that must be positive semidefinite, with a positive trace, is not. */
export class DefinitenessError extends RangeError {
  /** Always "DefinitenessError". */
  override readonly name: string = "DefinitenessError";
}

/** An option or a configuration is unknown, of the wrong type, or out of range. */
export class OptionsError extends TypeError {
  /** Always "OptionsError". */
  override readonly name: string = "OptionsError";
}

/** Bytes or text do not follow the file format they claim: wrong magic, truncated, bad checksum. */
export class FormatError extends Error {
  /** Always "FormatError". */
  override readonly name: string = "FormatError";
}

/** Memory, or something else the machine has only so much of, ran out. */
export class ResourceError extends Error {
  /** Always "ResourceError". */
  override readonly name: string = "ResourceError";
}

/** Work was left before its step had ended, because somebody insisted. */
export class InterruptedError extends Error {
  /** Always "InterruptedError". */
  override readonly name: string = "InterruptedError";
}

/** No browser that can draw a picture is there, or the one that is there fails. */
export class BrowserError extends Error {
  /** Always "BrowserError". */
  override readonly name: string = "BrowserError";
  /** Every browser that was tried, and why it does not serve: "chromium: not found". */
  readonly tried: readonly string[];

  /** Says `message`, and keeps what was `tried`. */
  constructor(message: string, tried: readonly string[] = []) {
    super(message);
    this.tried = tried;
  }
}

/** One native library that was tried, and why it does not serve. */
export interface LibraryAttempt {
  /** Its name or path, as it was asked for. */
  readonly library: string;
  /** What stood in the way: "no permission", "cannot open shared object file", "no symbol dsyevd_". */
  readonly reason: string;
}

/** A native library cannot be opened, is none that serves, is closed already, or reports a failure. */
export class NativeLibraryError extends Error {
  /** Always "NativeLibraryError". */
  override readonly name: string = "NativeLibraryError";
  /** Every library that was tried; empty where the failure is not one of opening. */
  readonly tried: readonly LibraryAttempt[];

  /** Says `message`, and keeps what was `tried`. */
  constructor(message: string, tried: readonly LibraryAttempt[] = []) {
    super(message);
    this.tried = tried;
  }
}
