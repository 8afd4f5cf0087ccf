/**
 * What reading and augmenting data costs on one core: images a second for weak and strong views of the
 * two sizes of image that experiments use, and megabytes a second for text, arrays and an archive as
 * large as a third of the training images of CIFAR-10. The best of several rounds each.
 *
 *     deno run --allow-read --allow-write --allow-env tests/bench/data_bench.ts
 */

import { assertEquals } from "@std/assert";
import {
  augment,
  checksum,
  dataSet,
  loadCifar10,
  readCsv,
  readNpy,
  renderTable,
} from "interplay";
import { Random } from "../../lib/core/random.ts";
import { npy } from "../data/array_files.ts";
import { tarGz } from "../data/tar_files.ts";

const random = new Random(0);
const rows: (string | number)[][] = [];

/** The fastest of `rounds` runs, in seconds. */
async function best(
  rounds: number,
  run: (round: number) => unknown,
): Promise<number> {
  let seconds = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await run(round);
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return seconds;
}

const IMAGES = 2000;
const indices = Array.from({ length: IMAGES }, (_, i) => i);

for (const [side, channels] of [[28, 1], [32, 3]] as const) {
  const size = IMAGES * side * side * channels;
  const images = dataSet({
    inputs: new Float32Array(size).map(() => random.uniform()),
    shape: [IMAGES, side, side, channels],
    labels: new Uint8Array(IMAGES),
  });
  const before = checksum(images);
  for (const view of ["weak", "strong"] as const) {
    const seconds = await best(15, (epoch) => {
      const out = augment(images, indices, { view, epoch, flip: true });
      assertEquals(out.length, size);
    });
    const what = `augment, ${view}, ${side} × ${side} × ${channels}`;
    rows.push([what, Math.round(IMAGES / seconds), "images/s"]);
  }
  assertEquals(checksum(images), before);
}

const [N, d] = [4000, 512];
const values = Float32Array.from({ length: N * d }, () => random.normal());

const text = new TextEncoder().encode(
  Array.from(
    { length: N },
    (_, i) => values.subarray(i * d, (i + 1) * d).join(","),
  ).join("\n"),
);
const csv = await best(4, async () => {
  assertEquals((await readCsv(text)).shape, [N, d]);
});
rows.push(["readCsv", Math.round(text.length / 1e6 / csv), "MB/s of text"]);

const folder = await Deno.makeTempDir();
for (const order of ["<", ">"]) {
  const bytes = new Uint8Array(values.slice().buffer);
  const path = `${folder}/a.npy`;
  await Deno.writeFile(path, await npy(`${order}f4`, `(${N}, ${d})`, bytes));
  const seconds = await best(10, async () => {
    assertEquals((await readNpy(path)).shape, [N, d]);
  });
  const what = `readNpy, ${order === "<" ? "little" : "big"}-endian float32`;
  rows.push([what, Math.round(bytes.length / 1e6 / seconds), "MB/s"]);
}

/** Photographs hardly compress; neither do these bytes. */
function batch(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3073 * 3000).map(() => random.bits());
  for (let i = 0; i < bytes.length; i += 3073) bytes[i] = i % 10;
  return bytes;
}

const names = "airplane automobile bird cat deer dog frog horse ship truck";
const archive = await tarGz([
  ...[1, 2, 3, 4, 5].map((i) => ({
    path: `cifar-10-batches-bin/data_batch_${i}.bin`,
    content: batch(),
  })),
  {
    path: "cifar-10-batches-bin/batches.meta.txt",
    content: new TextEncoder().encode(names.replaceAll(" ", "\n")),
  },
]);
await Deno.writeFile(`${folder}/cifar-10-binary.tar.gz`, archive);
const cifar = await best(3, async () => {
  const { shape } = await loadCifar10({ dataDir: folder });
  assertEquals(shape, [15_000, 32, 32, 3]);
});
rows.push(["loadCifar10", Math.round(archive.length / 1e6 / cifar), "MB/s"]);
await Deno.remove(folder, { recursive: true });

const { "text/plain": table } = renderTable({
  columns: ["what", "speed", "unit"],
  rows,
});
console.log(table);
