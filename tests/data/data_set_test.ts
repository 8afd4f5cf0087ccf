import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  checksum,
  type DataSet,
  dataSet,
  type DataSetParts,
  jupyterDisplay,
} from "interplay/data";
import {
  LabelError,
  NotFiniteError,
  OptionsError,
  ShapeError,
} from "../../lib/core/errors.ts";

const parts = {
  inputs: Float32Array.of(1, 2, 3, 4, 5, 6),
  shape: [3, 2],
  labels: [0, 2, 1],
};

Deno.test("dataSet() infers classes and names from the labels", () => {
  const data = dataSet(parts);
  assertEquals(data.classes, 3);
  assertEquals(data.classNames, ["0", "1", "2"]);
  assertEquals(data.labels, Int32Array.of(0, 2, 1));
});

Deno.test("dataSet() keeps float32 inputs as they are, and converts other numbers", () => {
  const { inputs } = parts;
  assert(dataSet(parts).inputs === inputs);
  for (
    const numbers of [
      [...inputs],
      Float64Array.from(inputs),
      Int8Array.from(inputs),
    ]
  ) {
    assertEquals(dataSet({ ...parts, inputs: numbers }).inputs, inputs);
  }
});

Deno.test("dataSet() refuses inputs that are no array of numbers", () => {
  const long = BigInt64Array.of(1n) as unknown as number[];
  for (const inputs of [long, "1, 2" as unknown as number[]]) {
    const error = assertThrows(
      () => dataSet({ ...parts, inputs }),
      OptionsError,
    );
    assertEquals(
      error.message,
      "Cannot make a data set: ✖ expected an array of numbers\n  → at inputs",
    );
  }
  const overflow = { ...parts, inputs: [1, 2, 3, 4, 5, 1e300] };
  assertThrows(() => dataSet(overflow), NotFiniteError, "Infinity in sample 2");
});

Deno.test("dataSet() keeps classes without a sample", () => {
  assertEquals(dataSet({ ...parts, classes: 5 }).classes, 5);
  const named = dataSet({ ...parts, classNames: ["a", "b", "c", "d"] });
  assertEquals(named.classes, 4);
});

const refused: [string, DataSetParts, new () => Error, string][] = [
  [
    "values that do not fill the shape",
    { ...parts, shape: [3, 3] },
    ShapeError,
    "Cannot make a data set: expected 9 values for 3 × 3 in `inputs`, received 6",
  ],
  [
    "another number of labels",
    { ...parts, labels: [0, 1] },
    ShapeError,
    "Cannot make a data set: expected 3 labels in `labels`, received 2",
  ],
  [
    "a label out of range",
    { ...parts, classes: 2 },
    LabelError,
    "Cannot make a data set: expected an integer in [0, 2) in `labels`, received 2 at index 1",
  ],
  [
    "another number of names",
    { ...parts, classes: 3, classNames: ["a"] },
    LabelError,
    "Cannot make a data set: expected 3 names in `classNames`, received 1",
  ],
  [
    "a value that is not finite",
    { ...parts, inputs: Float32Array.of(1, 2, 3, NaN, 5, 6) },
    NotFiniteError,
    "Cannot make a data set: expected finite numbers in `inputs`, received NaN in sample 1",
  ],
];

for (const [what, value, Type, message] of refused) {
  Deno.test(`dataSet() refuses ${what}`, () => {
    const error = assertThrows(() => dataSet(value), Type);
    assertEquals(error.message, message);
  });
}

Deno.test("dataSet() refuses an unknown option and a shape without samples", () => {
  const misspelt = { ...parts, label: [] } as DataSetParts;
  assertThrows(() => dataSet(misspelt), OptionsError, "label");
  assertThrows(() => dataSet({ ...parts, shape: [6] }), OptionsError, "shape");
});

Deno.test("checksum() is SHA-256 over header, inputs and labels", async () => {
  const data = dataSet(parts);
  const bytes = await new Blob([
    "3x2 3\n",
    data.inputs as Float32Array<ArrayBuffer>,
    data.labels as Int32Array<ArrayBuffer>,
  ]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertEquals(checksum(data), digest.toHex());
});

Deno.test("checksum() sees every part but the names", () => {
  const whole = dataSet(parts);
  const sum = checksum(whole);
  const variants: DataSet[] = [
    dataSet({ ...parts, inputs: Float32Array.of(1, 2, 3, 4, 5, 7) }),
    dataSet({ ...parts, labels: [0, 1, 2] }),
    dataSet({ ...parts, shape: [3, 1, 2] }),
    dataSet({ ...parts, classes: 4 }),
  ];
  for (const variant of variants) assertNotEquals(checksum(variant), sum);
  assertEquals(checksum(dataSet({ ...parts, name: "other" })), sum);
});

Deno.test("checksum() reads a view, not the buffer behind it", () => {
  const long = Float32Array.of(9, 1, 2, 3, 4, 5, 6, 9);
  const view = dataSet({ ...parts, inputs: long.subarray(1, 7) });
  assertEquals(checksum(view), checksum(dataSet(parts)));
});

Deno.test("a data set shows itself as a table of its classes", async () => {
  const data = dataSet({ ...parts, name: "three points" });
  const { "text/plain": text } = await data[jupyterDisplay]();
  assertStringIncludes(String(text), "three points: 3 × 2");
  assertEquals(Object.keys(data).includes("inputs"), true);
});
