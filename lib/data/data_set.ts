import { createHash } from "node:crypto";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { LabelError, NotFiniteError, ShapeError } from "../core/errors.ts";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";

/** Samples: images `[N, h, w, c]`, vectors `[N, d]`, or anything else whose first axis is the sample. */
export interface Samples extends Displayable {
  /** What it is and how it came about: "syntheticDigits(seed 0)", "mnist test". */
  readonly name: string;
  /** All samples one after the other, each row-major. */
  readonly inputs: Float32Array;
  /** `[N, h, w, c]` or `[N, d]`. */
  readonly shape: readonly number[];
}

/** Labelled samples. */
export interface DataSet extends Samples {
  /** `[N]`, integers in `[0, classes)`. */
  readonly labels: Int32Array;
  /** Number of classes, those without a sample included. */
  readonly classes: number;
  /** One name a class. */
  readonly classNames: readonly string[];
}

/** What {@linkcode dataSet} makes a data set of. */
export interface DataSetParts {
  /** All samples, row-major, finite; kept as they are if they are float32, and else converted to it. */
  readonly inputs: ArrayLike<number>;
  /** `[N, …]`; its product is the number of values in `inputs`. */
  readonly shape: readonly number[];
  /** `[N]`, integers in `[0, classes)`. */
  readonly labels: ArrayLike<number>;
  /** Number of classes; left out, the number of names, or the largest label and one. */
  readonly classes?: number;
  /** One name a class; left out, "0", "1", … */
  readonly classNames?: readonly string[];
  /** What it is; "data" if left out. */
  readonly name?: string;
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  if (Array.isArray(value)) return true;
  return ArrayBuffer.isView(value) && !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array);
}

const parts = z.strictObject({
  inputs: z.custom<ArrayLike<number>>(isNumbers, "expected an array of numbers")
    .transform((numbers) =>
      numbers instanceof Float32Array ? numbers : Float32Array.from(numbers)
    ),
  shape: z.array(z.int().positive()).min(2),
  labels: z.custom<ArrayLike<number>>(),
  classes: z.int().positive().optional(),
  classNames: z.array(z.string()).optional(),
  name: z.string().default("data"),
});

function display(data: DataSet): MimeBundle {
  const counts = new Array<number>(data.classes).fill(0);
  for (const label of data.labels) counts[label]!++;
  return renderTable({
    caption: `${data.name}: ${data.shape.join(" × ")}`,
    columns: ["class", "samples"],
    rows: counts.map((count, c) => [data.classNames[c], count]),
  });
}

/** Attaches the display; the fields must fit each other already. */
export function showable(data: Omit<DataSet, keyof Displayable>): DataSet {
  return displayable(data, (self) => display(self as DataSet));
}

/** Its index, or −1. A loop: a callback for each of the 150 million values of CIFAR takes a second and more. */
function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) return i;
  }
  return -1;
}

/**
 * A data set of your own arrays. Labels are copied, inputs only where they are not float32 already.
 *
 * Cost: one pass over the values.
 *
 * @param options Inputs `[N, …]` with their shape, labels `[N]`, and names.
 * @returns The data set; it shows itself as a table of its classes.
 * @throws {ShapeError} The shape does not fit the values, or the labels are not one a sample.
 * @throws {LabelError} A label is not an integer in `[0, classes)`, or there is not one name a class.
 * @throws {NotFiniteError} An input is NaN or infinite.
 * @throws {OptionsError} An option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { dataSet } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const xor = dataSet({
 *   inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
 *   shape: [4, 2],
 *   labels: [0, 1, 1, 0],
 *   classNames: ["even", "odd"],
 * });
 * assertEquals(xor.classes, 2);
 * ```
 */
export function dataSet(options: DataSetParts): DataSet {
  const check = new Check("make a data set");
  const { inputs, shape, name, classNames, ...rest } = check.options(
    parts,
    options,
  );
  const size = shape.reduce((a, b) => a * b, 1);
  if (inputs.length !== size) {
    const expected = `${size} values for ${shape.join(" × ")} in \`inputs\``;
    check.fail(ShapeError, expected, inputs.length);
  }
  const bad = firstNotFinite(inputs);
  if (bad >= 0) {
    const at = `${inputs[bad]} in sample ${
      Math.floor(bad / (size / shape[0]!))
    }`;
    check.fail(NotFiniteError, "finite numbers in `inputs`", at);
  }
  const known = rest.classes ?? classNames?.length;
  const labels = check.labels(rest.labels, "labels", shape[0], known);
  const classes = known ?? labels.reduce((a, b) => Math.max(a, b), 0) + 1;
  const names = classNames ?? Array.from({ length: classes }, (_, c) => `${c}`);
  if (names.length !== classes) {
    check.fail(LabelError, `${classes} names in \`classNames\``, names.length);
  }
  return showable({ name, inputs, shape, labels, classes, classNames: names });
}

/** Values of one sample. */
export function sampleSize(data: Pick<DataSet, "shape">): number {
  return data.shape.slice(1).reduce((a, b) => a * b, 1);
}

/**
 * SHA-256 of what a data set holds, in hexadecimal: shape, number of classes, inputs and labels, as
 * little-endian bytes. Names do not count. Two runs with the same checksum saw the same numbers.
 *
 * Cost: one pass over the bytes, without a copy.
 *
 * @param data Any data set.
 * @returns 64 hexadecimal digits.
 *
 * @example
 * ```ts
 * import { checksum, syntheticDigits } from "interplay/data";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * const digits = syntheticDigits({ seed: 1, samples: 20 });
 * assertEquals(checksum(digits), checksum(syntheticDigits({ seed: 1, samples: 20 })));
 * assertNotEquals(checksum(digits), checksum(syntheticDigits({ seed: 2, samples: 20 })));
 * ```
 */
export function checksum(
  data: Pick<DataSet, "inputs" | "shape" | "labels" | "classes">,
): string {
  const hash = createHash("sha256");
  hash.update(`${data.shape.join("x")} ${data.classes}\n`);
  for (const { buffer, byteOffset, byteLength } of [data.inputs, data.labels]) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}
