/**
 * Images a second that `augment` makes on one core, weak and strong, for the two sizes of image that
 * experiments use.
 *
 *     deno run tests/bench/augment_bench.ts
 */

import { assertEquals } from "@std/assert";
import { augment, checksum, dataSet, renderTable } from "interplay";
import { Random } from "../../lib/core/random.ts";

const IMAGES = 2000;
const ROUNDS = 7;

function noise(side: number, channels: number) {
  const random = new Random(0);
  return dataSet({
    inputs: new Float32Array(IMAGES * side * side * channels).map(() =>
      random.uniform()
    ),
    shape: [IMAGES, side, side, channels],
    labels: new Uint8Array(IMAGES),
  });
}

const indices = Array.from({ length: IMAGES }, (_, i) => i);
const rows: (string | number)[][] = [];
for (const [side, channels] of [[28, 1], [32, 3]] as const) {
  const images = noise(side, channels);
  const before = checksum(images);
  for (const view of ["weak", "strong"] as const) {
    let best = 0;
    for (let epoch = 0; epoch < ROUNDS; epoch++) {
      const start = performance.now();
      const out = augment(images, indices, { view, epoch, flip: true });
      best = Math.max(best, 1000 * IMAGES / (performance.now() - start));
      assertEquals(out.length, images.inputs.length);
    }
    rows.push([`${side} × ${side} × ${channels}`, view, Math.round(best)]);
  }
  assertEquals(checksum(images), before);
}
const table = renderTable({
  columns: ["image", "view", "images a second"],
  rows,
});
console.log(table["text/plain"]);
