/**
 * Values as JSON that gives them back exactly: what JSON lacks (NaN, infinities, −0, typed arrays, figures)
 * stands in objects with one key that begins with `$`.
 *
 * @module
 */

import { OptionsError } from "../core/errors.ts";
import { Figure, type FigureSpec } from "../display/figure.ts";

const ARRAYS = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
};
type TypedArray = InstanceType<typeof ARRAYS[keyof typeof ARRAYS]>;
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Where a value stands: its path, and what it is part of. */
interface Place {
  readonly at: string;
  readonly inside: readonly object[];
}

/** Says where in a value something stands that has no JSON. */
function refuse(at: string, value: unknown): never {
  const name = typeof value === "object" && value !== null
    ? value.constructor?.name ?? "an object"
    : typeof value;
  throw new OptionsError(
    `Cannot publish: expected JSON at ${at || "the top"}, received ${name}`,
  );
}

function numberJson(x: number): Json {
  if (Number.isFinite(x) && !Object.is(x, -0)) return x;
  return { $number: Object.is(x, -0) ? "-0" : String(x) };
}

function isTypedArray(value: object): value is TypedArray {
  return (value.constructor?.name ?? "") in ARRAYS && ArrayBuffer.isView(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Entries that are there: an `undefined` one is left out, as JSON does. */
function recordJson(value: object, { at, inside }: Place): Json {
  const within = [...inside, value];
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]): [string, Json] => [
      key,
      toJson(each, { at: `${at}.${key}`, inside: within }),
    ]);
  // A key of the user's that begins like ours would be taken for it.
  if (entries.some(([key]) => key.startsWith("$"))) return { $record: entries };
  return Object.fromEntries(entries);
}

/**
 * A value as JSON. A method with a symbol for its name, as a display is, is no part of it.
 *
 * @throws {OptionsError} For what is no data: a function, a class without `toJSON`, a circle; it names the place.
 */
export function toJson(
  value: unknown,
  place: Place = { at: "", inside: [] },
): Json {
  const { at, inside } = place;
  if (value === null || typeof value === "string") return value;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return numberJson(value);
  if (typeof value !== "object") return refuse(at, value);
  if (inside.includes(value)) return refuse(at, value);
  if (Array.isArray(value)) {
    const within = [...inside, value];
    return value.map((each, i) =>
      toJson(each, { at: `${at}[${i}]`, inside: within })
    );
  }
  if (value instanceof Figure) {
    return { $figure: recordJson(value.spec, place) };
  }
  if (isTypedArray(value)) {
    const values = Array.from(value, numberJson);
    return { $array: [value.constructor.name, values] };
  }
  if (isPlain(value)) return recordJson(value, place);
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return toJson(value.toJSON(), { at, inside: [...inside, value] });
  }
  return refuse(at, value);
}

function revived(json: { [key: string]: Json }): unknown {
  const { $number, $array, $record, $figure } = json;
  if (typeof $number === "string") return Number($number);
  if (Array.isArray($array)) {
    const [name, values] = $array as [keyof typeof ARRAYS, Json[]];
    return ARRAYS[name].from(values.map((each) => Number(fromJson(each))));
  }
  if (Array.isArray($record)) {
    const entries = $record as [string, Json][];
    return Object.fromEntries(
      entries.map(([key, each]) => [key, fromJson(each)]),
    );
  }
  if ($figure !== undefined) return new Figure(fromJson($figure) as FigureSpec);
  return Object.fromEntries(
    Object.entries(json).map(([key, each]) => [key, fromJson(each)]),
  );
}

/** The value that {@linkcode toJson} was given. */
export function fromJson(json: Json): unknown {
  if (Array.isArray(json)) return json.map(fromJson);
  return typeof json === "object" && json !== null ? revived(json) : json;
}
