import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  checksum,
  type DataSet,
  fewShot,
  modularAddition,
  selectClasses,
  split,
  syntheticModalities,
  type SyntheticModalitiesOptions,
} from "interplay";
import { OptionsError, ShapeError } from "../../lib/core/errors.ts";

Deno.test("modularAddition() holds every pair once, with its sum", () => {
  const p = 7;
  const { train, test } = modularAddition(p, { trainFraction: 0.5, seed: 3 });
  assertEquals([train.shape, test.shape], [[24, 3], [25, 3]]);
  const seen = new Set<number>();
  for (const part of [train, test]) {
    assertEquals([part.classes, part.classNames.length], [p, p]);
    part.labels.forEach((label, i) => {
      const [a, b, equals] = part.inputs.slice(3 * i, 3 * i + 3);
      assertEquals([label, equals], [(a! + b!) % p, p]);
      seen.add(a! * p + b!);
    });
  }
  assertEquals(seen.size, p * p);
});

Deno.test("modularAddition() trains on 30 % of the pairs unless told otherwise, rounded down", () => {
  const { train, test } = modularAddition(113);
  assertEquals([train.labels.length, test.labels.length], [3830, 12769 - 3830]);
});

Deno.test("modularAddition() is fixed by its seed", () => {
  const sums = [0, 0, 1].map((seed) =>
    checksum(modularAddition(11, { seed }).train)
  );
  assertEquals(sums[0], sums[1]);
  assert(sums[0] !== sums[2]);
});

Deno.test("modularAddition() refuses a modulus that is none, and an empty part", () => {
  const message = (p: number) =>
    assertThrows(() => modularAddition(p), ShapeError).message;
  for (const p of [1, 2.5, 1e6, NaN]) {
    assertEquals(
      message(p),
      `Cannot make modular addition: expected an integer in [2, 46340] as \`p\`, received ${p}`,
    );
  }
  const error = assertThrows(
    () => modularAddition(2, { trainFraction: 0.2 }),
    ShapeError,
  );
  assertEquals(
    error.message,
    "Cannot make modular addition: expected at least 1 of 4 pairs to train on, received 0",
  );
  assertThrows(() => modularAddition(5, { trainFraction: 1 }), OptionsError);
});

/** Row `i` of a data set of vectors. */
function row({ inputs, shape }: DataSet, i: number): Float32Array {
  const d = shape[1]!;
  return inputs.subarray(i * d, (i + 1) * d);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, j) => sum + x * b[j]!, 0);
}

/** The mean over pairs of rows. */
function meanCosine(a: DataSet, b: DataSet): number {
  const rows = a.labels.length;
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += dot(row(a, i), row(b, i));
  return sum / rows;
}

const plain = { spread: 0, noise: 0, gap: 0, dimension: 512 };

Deno.test("syntheticModalities() gives paired vectors of length 1, classes in turn", () => {
  const { image, text, classText } = syntheticModalities({
    classes: 3,
    samplesPerClass: 4,
    dimension: 16,
  });
  assertEquals([image.shape, text.shape], [[12, 16], [12, 16]]);
  assertEquals([...image.labels], [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  assertEquals(text.labels, image.labels);
  assertEquals([classText.shape, [...classText.labels]], [[3, 16], [0, 1, 2]]);
  for (const data of [image, text, classText]) {
    data.labels.forEach((_, i) => {
      // float32 storage of 16 entries.
      assertAlmostEquals(dot(row(data, i), row(data, i)), 1, 1e-6);
    });
  }
});

Deno.test("syntheticModalities() without spread, noise and gap is collapsed, at the angle asked for", () => {
  for (const agreement of [0, 0.5, 0.8, 1]) {
    const { image, text, classText } = syntheticModalities({
      ...plain,
      agreement,
      classes: 40,
      samplesPerClass: 2,
    });
    assertEquals(row(image, 0), row(image, 40));
    assertEquals(row(text, 3), row(classText, 3));
    // A signed permutation turns a random direction of 512 dimensions by a right angle to 1/√512 = 0.044;
    // the mean over 40 classes is within five standard errors, 0.035.
    assert(Math.abs(meanCosine(image, text) - agreement) < 0.035);
  }
});

Deno.test("syntheticModalities() has a gap between the cones as wide as asked for", () => {
  const distance = (gap: number) => {
    const { image, text } = syntheticModalities({
      ...plain,
      gap,
      agreement: 1,
      classes: 50,
      samplesPerClass: 1,
    });
    const mean = (data: DataSet) => {
      const sum = new Float64Array(512);
      data.inputs.forEach((x, k) => sum[k % 512]! += x / 50);
      return sum;
    };
    const [a, b] = [mean(image), mean(text)];
    return Math.hypot(...a.map((x, j) => x - b[j]!));
  };
  assertEquals(distance(0), 0);
  // Before the rows are scaled to length 1 from √(1 + gap²/4), up to the chance cosine of class and gap.
  assertAlmostEquals(distance(1), 1 / Math.sqrt(1.25), 0.02);
  assertAlmostEquals(distance(2), 2 / Math.sqrt(2), 0.02);
});

Deno.test("syntheticModalities() spreads pairs together and adds noise to each view alone", () => {
  const same = { ...plain, agreement: 1, classes: 2, samplesPerClass: 100 };
  const spread = syntheticModalities({ ...same, spread: 1 });
  assertAlmostEquals(meanCosine(spread.image, spread.text), 1, 1e-6);
  const noisy = syntheticModalities({ ...same, noise: 1 });
  // Signal and noise of length 1 each on both sides: cosine 1/2, to five standard errors of 200 pairs.
  assertAlmostEquals(meanCosine(noisy.image, noisy.text), 0.5, 0.03);
});

Deno.test("syntheticModalities() draws a pair apart from their number, and by the seed", () => {
  const few = syntheticModalities({ samplesPerClass: 1 });
  const many = syntheticModalities({ samplesPerClass: 3 });
  assertEquals(many.image.inputs.slice(0, 640), few.image.inputs);
  assertEquals(many.text.inputs.slice(0, 640), few.text.inputs);
  const other = syntheticModalities({ samplesPerClass: 1, seed: 1 });
  assert(checksum(other.image) !== checksum(few.image));
});

Deno.test("syntheticModalities() splits alike on both sides: few shots, base and new classes", () => {
  const { image, text, classText } = syntheticModalities({
    ...plain,
    agreement: 1,
    classes: 6,
    spread: 1,
    samplesPerClass: 20,
  });
  const paired = (a: DataSet, b: DataSet) => {
    assertEquals(a.labels, b.labels);
    assertAlmostEquals(meanCosine(a, b), 1, 1e-6);
  };
  paired(split(image, { seed: 2 }).test, split(text, { seed: 2 }).test);
  paired(
    fewShot(image, { shots: 4, seed: 2 }).labelled,
    fewShot(text, { shots: 4, seed: 2 }).labelled,
  );
  paired(selectClasses(image, [4, 5]), selectClasses(text, [4, 5]));
  assertEquals(selectClasses(classText, [4, 5]).shape, [2, 512]);
});

Deno.test("syntheticModalities() refuses options out of range and unknown ones", () => {
  const bad: SyntheticModalitiesOptions[] = [
    { agreement: 1.1 },
    { dimension: 1 },
    { noise: -1 },
    { modalityGap: 1 } as SyntheticModalitiesOptions,
  ];
  for (const options of bad) {
    assertThrows(() => syntheticModalities(options), OptionsError);
  }
});
