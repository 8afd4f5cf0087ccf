/**
 * The signals by which a user or a system ends a program, as an `AbortSignal`.
 *
 * @module
 */

/** Those the platform can listen for. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Aborted by the first signal that comes; until it is disposed the signals do not end the program. */
export class SignalListener implements Disposable {
  readonly #controller = new AbortController();
  readonly #stops: readonly (() => void)[];

  /** Starts to listen. */
  constructor() {
    this.#stops = SIGNALS.map((name) => {
      const abort = () =>
        this.#controller.abort(
          new DOMException(`Interrupted by ${name}`, "AbortError"),
        );
      Deno.addSignalListener(name, abort);
      return () => Deno.removeSignalListener(name, abort);
    });
  }

  /** Aborted when a signal has come. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }
}
