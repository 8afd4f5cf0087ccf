import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  checksum,
  dataSet,
  fewShot,
  type FewShotOptions,
  pairedBatches,
  type PairedBatchOptions,
  selectClasses,
  standardize,
  type StandardizeOptions,
  standardizer,
  subset,
} from "interplay";
import { LabelError, OptionsError, ShapeError } from "../../lib/core/errors.ts";
import { numbered } from "./numbered.ts";

/** Every class at least three times. */
const labels = fc.array(fc.nat(2), { maxLength: 30 })
  .map((more) => [0, 1, 2, 0, 1, 2, 2, 1, 0, ...more]);

Deno.test("fewShot() takes so many of each class, and leaves every other sample", () => {
  fc.assert(
    fc.property(
      labels,
      fc.integer(),
      fc.integer({ min: 1, max: 2 }),
      (y, seed, shots) => {
        const { labelled, unlabelled } = fewShot(numbered(y), { shots, seed });
        for (const c of [0, 1, 2]) {
          assertEquals(labelled.labels.filter((l) => l === c).length, shots);
        }
        const all = [...labelled.inputs, ...unlabelled.inputs];
        assertEquals(all.sort((a, b) => a - b), y.map((_, i) => i));
        for (const part of [labelled, unlabelled]) {
          part.inputs.forEach((i, k) => assertEquals(part.labels[k], y[i]));
          assertEquals(part.inputs, part.inputs.toSorted());
        }
      },
    ),
  );
});

Deno.test("fewShot() has fewer shots among more of them, with the same seed", () => {
  fc.assert(fc.property(labels, fc.integer(), (y, seed) => {
    const chosen = (shots: number) =>
      new Set(
        fewShot(numbered([...y, 0, 1, 2]), { shots, seed }).labelled.inputs,
      );
    assert(chosen(1).isSubsetOf(chosen(2)) && chosen(2).isSubsetOf(chosen(3)));
  }));
});

Deno.test("fewShot() takes all samples for unlabelled on request, as FixMatch has it", () => {
  const data = numbered([0, 1, 2, 0, 1, 2]);
  const { unlabelled } = fewShot(data, { shots: 2, unlabelled: "all" });
  assertEquals(checksum(unlabelled), checksum(data));
});

Deno.test("fewShot() is fixed by its seed, and says how it came about", () => {
  const data = numbered(Array.from({ length: 60 }, (_, i) => i % 3));
  const take = (seed: number) => fewShot(data, { shots: 4, seed }).labelled;
  assertEquals(checksum(take(1)), checksum(take(1)));
  assert(checksum(take(1)) !== checksum(take(2)));
  assertEquals(take(1).name, "numbered, labelled of fewShot(4, seed 1)");
});

Deno.test("fewShot() refuses a class with too few samples, and to leave nothing", () => {
  const few = assertThrows(
    () => fewShot(numbered([0, 0, 1, 1, 2]), { shots: 2 }),
    LabelError,
  );
  assertEquals(
    few.message,
    "Cannot take a few shots: expected at least 2 samples of class 2, received 1",
  );
  const none = assertThrows(
    () => fewShot(numbered([0, 1, 2]), { shots: 1 }),
    ShapeError,
  );
  assertEquals(
    none.message,
    "Cannot take a few shots: expected more than 3 samples to leave some unlabelled, received 3",
  );
  const data = numbered([0, 1, 2]);
  assertThrows(() => fewShot(data, { shots: 0 }), OptionsError, "shots");
  const missing = {} as FewShotOptions;
  assertThrows(() => fewShot(data, missing), OptionsError, "shots");
});

const sides = (labelled: number, unlabelled: number) => ({
  labelled: { shape: [labelled, 2] },
  unlabelled: { shape: [unlabelled, 2] },
});

/** The first `steps` batches. */
function take(
  data: ReturnType<typeof sides>,
  steps: number,
  options: PairedBatchOptions = {},
) {
  return [...pairedBatches(data, options).take(steps)];
}

Deno.test("pairedBatches() pairs 64 labelled with 448 unlabelled samples unless told otherwise", () => {
  const [first] = take(sides(40, 1000), 1);
  assertEquals(first!.labelled.length, 64);
  assertEquals(first!.unlabelled.length, 448);
});

const sizes = fc.record({
  labelled: fc.integer({ min: 1, max: 20 }),
  unlabelled: fc.integer({ min: 1, max: 50 }),
  size: fc.integer({ min: 1, max: 9 }),
  ratio: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer(),
});

Deno.test("pairedBatches() visits every sample of a side once a pass, whatever the batches", () => {
  fc.assert(fc.property(sizes, ({ labelled, unlabelled, ...options }) => {
    const steps = take(sides(labelled, unlabelled), 40, options);
    for (
      const [side, rows] of [["labelled", labelled], [
        "unlabelled",
        unlabelled,
      ]] as const
    ) {
      const stream = steps.flatMap((step) => [...step[side]]);
      for (let at = 0; at + rows <= stream.length; at += rows) {
        const pass = stream.slice(at, at + rows).sort((a, b) => a - b);
        assertEquals(pass, Array.from({ length: rows }, (_, i) => i));
      }
    }
  }));
});

Deno.test("pairedBatches() goes on at any step as if it had never stopped", () => {
  fc.assert(
    fc.property(
      sizes,
      fc.nat(30),
      ({ labelled, unlabelled, ...options }, step) => {
        const data = sides(labelled, unlabelled);
        const whole = take(data, step + 3, options);
        assertEquals(take(data, 3, { ...options, step }), whole.slice(step));
      },
    ),
  );
});

Deno.test("pairedBatches() shuffles each pass anew, and each side by itself", () => {
  const steps = take(sides(12, 12), 2, { size: 12, ratio: 1 });
  const orders = steps.flatMap((s) => [s.labelled.join(), s.unlabelled.join()]);
  assertEquals(new Set(orders).size, 4);
  const [other] = take(sides(12, 12), 1, { size: 12, ratio: 1, seed: 1 });
  assert(other!.labelled.join() !== orders[0]);
});

Deno.test("pairedBatches() does not keep the order of an earlier pass in a batch that was handed out", () => {
  const [first, second] = take(sides(3, 3), 2, { size: 3, ratio: 1 });
  const before = first!.labelled.join();
  second!.labelled.fill(9);
  assertEquals(first!.labelled.join(), before);
});

Deno.test("pairedBatches() refuses an empty side, and options out of range", () => {
  const error = assertThrows(() => pairedBatches(sides(5, 0)), ShapeError);
  assertEquals(
    error.message,
    "Cannot pair batches: expected at least 1 sample in `unlabelled`, received 0",
  );
  assertThrows(() => pairedBatches(sides(5, 5), { ratio: 0 }), OptionsError);
  assertThrows(() => pairedBatches(sides(5, 5), { step: -1 }), OptionsError);
});

Deno.test("selectClasses() takes the samples of the classes and numbers them anew", () => {
  const data = dataSet({
    inputs: Float32Array.of(0, 1, 2, 3, 4, 5),
    shape: [6, 1],
    labels: [0, 1, 2, 3, 2, 0],
    classNames: ["a", "b", "c", "d"],
    name: "letters",
  });
  const pair = selectClasses(data, [2, 0]);
  assertEquals([...pair.inputs], [0, 2, 4, 5]);
  assertEquals([...pair.labels], [1, 0, 0, 1]);
  assertEquals([pair.classes, pair.classNames], [2, ["c", "a"]]);
  assertEquals(pair.name, "letters, classes c, a");
  assertEquals([...data.labels], [0, 1, 2, 3, 2, 0]);
});

Deno.test("selectClasses() refuses classes that are none, come twice, or have no sample", () => {
  const data = numbered([0, 1, 0], 4);
  const message = (classes: number[]) =>
    assertThrows(() => selectClasses(data, classes), LabelError).message;
  assertEquals(
    message([0, 4]),
    "Cannot select classes: expected an integer in [0, 4) in `classes`, received 4 at 1",
  );
  assertEquals(
    message([1, 0, 1]),
    "Cannot select classes: expected each class once, received 1 again at 2",
  );
  for (const classes of [[2, 3], []]) {
    assertEquals(
      message(classes),
      "Cannot select classes: expected a sample of these classes, received none",
    );
  }
});

Deno.test("standardize() brings each feature to mean 0 and deviation 1", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.nat(9)), {
        minLength: 2,
      }),
      (rows) => {
        const { inputs } = standardize(dataSet({
          inputs: Float32Array.from(rows.flat()),
          shape: [rows.length, 2],
          labels: rows.map(() => 0),
        }));
        for (const j of [0, 1]) {
          const column = rows.map((_, i) => inputs[2 * i + j]!);
          const mean = column.reduce((a, b) => a + b, 0) / rows.length;
          const square = column.reduce((a, b) => a + b * b, 0) / rows.length;
          const constant = rows.every((row) => row[j] === rows[0]![j]);
          // float32 storage: 2⁻²⁴ relative to values of a few deviations.
          assert(Math.abs(mean) < 1e-5, `${mean}`);
          assert(Math.abs(square - (constant ? 0 : 1)) < 1e-5, `${square}`);
        }
      },
    ),
  );
});

Deno.test("standardize() treats the channels of images apart, and places alike", () => {
  const data = dataSet({
    inputs: Float32Array.of(0, 10, 2, 10, 4, 30, 2, 30),
    shape: [2, 1, 2, 2],
    labels: [0, 0],
  });
  const root = Math.fround(Math.SQRT2);
  assertEquals(
    [...standardize(data).inputs],
    [-root, -1, 0, -1, root, 1, 0, 1],
  );
});

Deno.test("standardize() shifts a constant feature to exactly 0, whatever its value", () => {
  const value = Math.fround(0.1);
  const data = dataSet({
    inputs: new Float32Array(999).fill(value),
    shape: [999, 1],
    labels: new Uint8Array(999),
  });
  assert(standardize(data).inputs.every((x) => Math.abs(x) < 1e-7));
});

Deno.test("standardize() uses the moments of another set, and copies", () => {
  const train = numbered([0, 1, 2, 0]);
  const test = subset(train, [3]);
  const { inputs, name, labels } = standardize(test, { like: train });
  assertEquals([...inputs], [Math.fround(1.5 / Math.sqrt(1.25))]);
  assertEquals([name, [...labels]], ["numbered, standardized", [0]]);
  assertEquals([...train.inputs], [0, 1, 2, 3]);
});

Deno.test("standardize() refuses another last axis and an unknown option", () => {
  const like = { inputs: new Float32Array(4), shape: [2, 2] };
  const error = assertThrows(
    () => standardize(numbered([0]), { like }),
    ShapeError,
  );
  assertEquals(
    error.message,
    "Cannot standardize the data: expected a last axis of 1 in `like`, received 2",
  );
  const unknown = { train: like } as StandardizeOptions;
  assertThrows(() => standardize(numbered([0]), unknown), OptionsError);
});

Deno.test("standardizer() does to any values what standardize() does to a set", () => {
  const train = dataSet({
    inputs: Float32Array.of(0, 5, 4, 5, 8, 5),
    shape: [3, 2],
    labels: [0, 1, 0],
  });
  const standardized = standardizer(train);
  assertEquals(standardized(train.inputs), standardize(train).inputs);
  const views = Float32Array.of(4, 6);
  assertEquals([...standardized(views)], [0, 1]);
  assertEquals([...views], [4, 6]);
  const error = assertThrows(
    () => standardized(new Float32Array(3)),
    ShapeError,
  );
  assertEquals(
    error.message,
    "Cannot standardize the data: expected rows of 2 values, received 3",
  );
});
