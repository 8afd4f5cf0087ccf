import {
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { FormatError, LabelError, NotFiniteError, Random } from "interplay";
import * as metrics from "interplay/metrics";

const CLASSES = 4;
const DIMENSION = 5;
const random = new Random(11);
const row = () => Array.from(random.normals(DIMENSION));
const head = { weights: Array.from({ length: CLASSES }, row) };
const labels = Array.from(
  { length: 60 },
  (_, i) => i < CLASSES ? i : random.integer(CLASSES),
);
const Z = labels.map((c) => row().map((x, j) => x + head.weights[c]![j]!));

const batch = (from: number, to: number) => ({
  representations: Z.slice(from, to),
  labels: labels.slice(from, to),
});

/** Ends of consecutive batches that cover all rows. */
const splits = fc.uniqueArray(fc.integer({ min: 1, max: Z.length - 1 }), {
  maxLength: 12,
})
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), Z.length]);

function batches(ends: number[]) {
  return ends.slice(1).map((to, i) => batch(ends[i]!, to));
}

function assertSame(
  actual: object,
  expected: object,
  tolerance: number,
  path = "",
): void {
  for (const [key, value] of Object.entries(expected)) {
    const other = (actual as Record<string, unknown>)[key];
    if (typeof value === "number") {
      const scale = Math.max(1, Math.abs(value));
      assertAlmostEquals(
        other,
        value,
        tolerance * scale,
        `${path}${key}: ${other}, ${value}`,
      );
    } else assertSame(other as object, value, tolerance, `${path}${key}.`);
  }
}

const oneShot = {
  ...metrics.interplay(Z, labels, head, { reference: false }),
  intraClassEntropy: metrics.intraClassEntropy(Z, labels),
  interClassEntropy: metrics.interClassEntropy(Z, labels),
};
const { nc4: _, ...collapse } = metrics.neuralCollapse(Z, labels, head);

Deno.test("EntropyAccumulator gives the entropy of all rows, over any split", () => {
  for (const alpha of [0.5, 1, 2, Infinity]) {
    const expected = metrics.matrixEntropy(Z, { alpha });
    fc.assert(fc.property(splits, (ends) => {
      const accumulator = new metrics.EntropyAccumulator({ alpha });
      for (const { representations } of batches(ends)) {
        accumulator.update(representations);
      }
      assertAlmostEquals(
        accumulator.compute(),
        expected,
        1e-13,
      );
      assertEquals(accumulator.samples, Z.length);
    }));
  }
});

Deno.test("CollapseAccumulator gives NC1 to NC3 of all rows, over any split, far from the origin", () => {
  // One-pass formulas that subtract squares lose ten digits on this offset.
  const shift = (rows: number[][]) =>
    rows.map((r) => r.map((x) => 1e5 + 0.1 * x));
  const { nc4: _, ...expected } = metrics.neuralCollapse(
    shift(Z),
    labels,
    head,
  );
  fc.assert(fc.property(splits, (ends) => {
    const accumulator = new metrics.CollapseAccumulator(head);
    for (const { representations, labels } of batches(ends)) {
      accumulator.update({ representations: shift(representations), labels });
    }
    assertSame(accumulator.compute(), expected, 1e-9);
  }));
});

Deno.test("InterplayAccumulator gives the interplay of all rows, over any split", () => {
  fc.assert(
    fc.property(splits, (ends) => {
      const accumulator = new metrics.InterplayAccumulator(head);
      for (const each of batches(ends)) accumulator.update(each);
      assertSame(accumulator.compute(), oneShot, 1e-11);
      assertSame(accumulator.computeCollapse(), collapse, 1e-12);
    }),
    { numRuns: 25 },
  );
});

Deno.test("InterplayAccumulator agrees with interplay() where that takes the N × N form", () => {
  const few = batch(0, 8);
  const accumulated = new metrics.InterplayAccumulator(head).update(few)
    .compute();
  const direct = metrics.interplay(few.representations, few.labels, head, {
    reference: false,
  });
  assertSame(accumulated, direct, 1e-12);
});

Deno.test("InterplayAccumulator knows collapse and ceiling of the labels it has seen", () => {
  const accumulator = new metrics.InterplayAccumulator(head).update(
    batch(0, Z.length),
  );
  const { collapse, ceiling } = metrics.reference(labels, {
    classes: CLASSES,
    permutations: 1,
  });
  assertSame(accumulator.compute().reference, { collapse, ceiling }, 1e-14);
});

Deno.test("merge() of accumulators is associative and takes an empty one", () => {
  const part = (from: number, to: number) =>
    new metrics.InterplayAccumulator(head).update(batch(from, to));
  const left = part(0, 20).merge(part(20, 45)).merge(part(45, 60));
  const right = part(0, 20).merge(part(20, 45).merge(part(45, 60)));
  const empty = new metrics.InterplayAccumulator(head).merge(left);
  assertSame(left.compute(), right.compute(), 1e-12);
  assertSame(empty.compute(), left.compute(), 1e-15);
  const entropy = (from: number, to: number) =>
    new metrics.EntropyAccumulator().update(Z.slice(from, to));
  const merged = new metrics.EntropyAccumulator().merge(entropy(0, 7)).merge(
    entropy(7, 60),
  )
    .merge(new metrics.EntropyAccumulator());
  assertAlmostEquals(merged.compute(), metrics.matrixEntropy(Z), 1e-13);
});

Deno.test("update() of an accumulator adds nothing when the batch is bad", () => {
  const accumulator = new metrics.InterplayAccumulator(head).update(
    batch(0, 60),
  );
  const before = accumulator.compute();
  const bad = batch(0, 3);
  assertThrows(
    () => accumulator.update({ ...bad, labels: [0, 1, 4] }),
    LabelError,
  );
  bad.representations = [
    ...bad.representations.slice(0, 2),
    row().map(() => NaN),
  ];
  assertThrows(() => accumulator.update(bad), NotFiniteError);
  assertEquals(accumulator.compute(), before);
  assertEquals(accumulator.samples, 60);
});

Deno.test("accumulators keep no batch: editing one after update() changes nothing", () => {
  const rows = Z.slice(0, 10).map((r) => Float64Array.from(r));
  const accumulator = new metrics.EntropyAccumulator().update(rows);
  const before = accumulator.compute();
  rows.forEach((r) => r.fill(1));
  assertEquals(accumulator.compute(), before);
});

Deno.test("InterplayAccumulator goes on from a file as if it had never stopped", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/state`;
    const whole = new metrics.InterplayAccumulator(head).update(batch(0, 25));
    await whole.save(path);
    const loaded = await metrics.InterplayAccumulator.load(path);
    whole.update(batch(25, 60));
    loaded.update(batch(25, 60));
    assertEquals(loaded.compute(), whole.compute());
    assertEquals(loaded.computeCollapse(), whole.computeCollapse());
    assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), [
      "state",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("InterplayAccumulator.load() says what is wrong with a file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/state`;
    await new metrics.InterplayAccumulator(head).update(batch(0, 25)).save(
      path,
    );
    const good = await Deno.readFile(path);
    const cases: [Uint8Array, string][] = [
      [
        new TextEncoder().encode("something else"),
        "expected a saved accumulator",
      ],
      [good.slice(0, 10), "expected a header, received 10 bytes"],
      [good.slice(0, 40), "expected a header, received bytes that are none"],
      [good.slice(0, good.length - 8), "bytes of numbers, received"],
      [
        good.map((b, i) => i === good.length - 3 ? b ^ 1 : b),
        "expected the checksum",
      ],
    ];
    for (const [bytes, message] of cases) {
      await Deno.writeFile(path, bytes);
      await assertRejects(
        () => metrics.InterplayAccumulator.load(path),
        FormatError,
        message,
      );
    }
    await assertRejects(
      () => metrics.InterplayAccumulator.load(`${folder}/none`),
      Deno.errors.NotFound,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("accumulators keep the head as it was when they began", () => {
  const weights = {
    data: Float64Array.from(head.weights.flat()),
    shape: [CLASSES, DIMENSION],
  };
  const accumulators = [
    new metrics.InterplayAccumulator({ weights }),
    new metrics.CollapseAccumulator({ weights }),
  ] as const;
  accumulators.forEach((each) => each.update(batch(0, Z.length)));
  const before = accumulators.map((each) => each.compute());
  weights.data.fill(1);
  accumulators.forEach((each, i) => assertEquals(each.compute(), before[i]));
});

Deno.test("accumulators say so where sums of squares have overflowed", () => {
  const accumulator = new metrics.CollapseAccumulator(head);
  accumulator.update({
    representations: Z.map((r) => r.map((x) => x * 1e200)),
    labels,
  });
  assertThrows(
    () => accumulator.compute(),
    NotFiniteError,
    "expected finite entries",
  );
});
