/** Every short cut of the host cores gives what the long way gives. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import { gatherRows, normalizeRows } from "../../lib/linalg/rows.ts";
import {
  directionsOf,
  separateRows,
  type UnitRows,
} from "../../lib/losses/_directions.ts";
import { gramEntropy, jointEntropy } from "../../lib/losses/_joint_entropy.ts";
import { momentEntropy } from "../../lib/losses/_moment_entropy.ts";
import { rowEntropy } from "../../lib/losses/_row_entropy.ts";
import type { JointEntropy } from "../../lib/losses/_term.ts";

const random = new Random(5);
const normal = (rows: number, columns: number) =>
  new DenseMatrix(random.normals(rows * columns), rows, columns);
const labels = (n: number, classes: number) =>
  Array.from({ length: n }, () => random.integer(classes));

/** Few different rows, each repeated. */
const repeated = (n: number, classes: number, d: number) =>
  gatherRows(normal(classes, d), labels(n, classes));

const separate = (rows: DenseMatrix) => separateRows(normalizeRows(rows));

/** What is along a row is no part of a gradient with respect to directions. */
function acrossRows(gradient: DenseMatrix, { unit, index }: UnitRows) {
  return Array.from(index, (c, i) => {
    const g = gradient.row(i);
    const u = unit.row(c);
    const along = g.reduce((sum, x, j) => sum + x * u[j]!, 0);
    return Array.from(g, (x, j) => x - along * u[j]!);
  }).flat();
}

function assertSame(
  [actual, expected]: [JointEntropy, JointEntropy],
  [a, b]: [UnitRows, UnitRows],
): void {
  assertAlmostEquals(actual.value, expected.value, 1e-12);
  [a, b].forEach((side, k) => {
    const [x, y] = [actual, expected].map((joint) =>
      acrossRows(joint.gradients()[k]!, side)
    );
    x!.forEach((value, i) => assertAlmostEquals(value, y![i]!, 1e-10));
  });
}

const shapes: [string, DenseMatrix, DenseMatrix][] = [
  ["narrow sides", normal(50, 3), normal(50, 2)],
  ["wide sides", normal(6, 9), normal(6, 12)],
  ["a head on the second side", normal(40, 6), repeated(40, 3, 6)],
  ["a head on the first side", repeated(40, 4, 7), normal(40, 5)],
  ["heads on both sides", repeated(30, 3, 8), repeated(30, 2, 5)],
  ["one kind of row", repeated(12, 1, 3), normal(12, 3)],
  ["more rows than a block holds", normal(1030, 2), normal(1030, 2)],
];

for (const [name, z1, z2] of shapes) {
  Deno.test(`momentEntropy() is gramEntropy(), with its gradients: ${name}`, () => {
    const [a, b] = [directionsOf(z1), directionsOf(z2)];
    assertSame([momentEntropy(a, b), gramEntropy(a, b)], [a, b]);
  });

  Deno.test(`gramEntropy() of equal rows taken once is that of all rows: ${name}`, () => {
    const [a, b] = [directionsOf(z1), directionsOf(z2)];
    const long = gramEntropy(separate(z1), separate(z2));
    assertSame([gramEntropy(a, b), long], [a, b]);
  });

  Deno.test(`rowEntropy() of equal rows taken once is that of all rows: ${name}`, () => {
    for (const z of [z1, z2]) {
      const short = rowEntropy(directionsOf(z));
      const long = rowEntropy(separate(z));
      assertAlmostEquals(short.value, long.value, 1e-12);
      const [x, y] = [short, long].map((entropy) =>
        acrossRows(entropy.gradient(), separate(z))
      );
      x!.forEach((value, i) => assertAlmostEquals(value, y![i]!, 1e-11));
    }
  });
}

Deno.test("jointEntropy() takes the moment where it is smaller, and the Gram elsewhere", () => {
  // The two ways round differently: over eight inputs that shows, whatever kernel multiplies.
  const same = (columns: number, way: typeof gramEntropy) =>
    [1, 2, 3, 4, 5, 6, 7, 8].every((extra) => {
      const head = directionsOf(repeated(90 + extra, 3, 8));
      const z = directionsOf(normal(90 + extra, columns));
      return jointEntropy(z, head).value === way(z, head).value;
    });
  assert(same(8, momentEntropy) && !same(8, gramEntropy));
  assert(same(40, gramEntropy) && !same(40, momentEntropy));
});

Deno.test("directionsOf() finds equal rows, and no others", () => {
  const z = new DenseMatrix(
    Float64Array.of(1, 2, 2, 4, 1, 2, 1, -2, 2, 4, 1, 2 + 1e-15),
    6,
    2,
  );
  const { index, unit, lengths } = directionsOf(z);
  assertEquals([...index], [0, 1, 0, 2, 1, 3]);
  assertEquals(unit.rows, 4);
  assertAlmostEquals(lengths[1]!, Math.sqrt(20), 1e-15);
});

/** A number other than 1 whose bits have the hash of those of 1 (see rowHashes of _directions.ts). */
function collidingWithOne(): number {
  const mixed = (low: number) => Math.imul(0x811c9dc5 ^ low, 0x01000193);
  const words = new Uint32Array(Float64Array.of(1).buffer);
  const [low = 0, high = 0] = words;
  for (let other = 1;; other++) {
    words.set([other, high ^ mixed(low) ^ mixed(other)]);
    const [candidate = 0] = new Float64Array(words.buffer);
    if (Math.abs(Math.log(Math.abs(candidate))) < 100) return candidate;
  }
}

Deno.test("directionsOf() separates rows whose hashes collide", () => {
  const x = collidingWithOne();
  const { index, unit } = directionsOf(
    new DenseMatrix(Float64Array.of(1, x, 1, x, 2), 5, 1),
  );
  assertEquals([...index], [0, 1, 0, 1, 2]);
  assertEquals(unit.rows, 3);
});

Deno.test("directionsOf() finds the kinds that a set of strings finds", () => {
  const rows = new DenseMatrix(
    Float64Array.from({ length: 3000 }, () => 1 + random.integer(5)),
    1000,
    3,
  );
  const { index, unit } = directionsOf(rows);
  const texts = rows.to2DArray().map(String);
  assertEquals(unit.rows, new Set(texts).size);
  const first = new Map(texts.toReversed().map((text, i) => [text, 999 - i]));
  texts.forEach((text, i) =>
    assertEquals(index[i], index[first.get(text)!], text)
  );
});
