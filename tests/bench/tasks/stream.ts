/** The entropy of more rows than anyone wants to hold: batch after batch, in bounded memory. */

import { assert, assertAlmostEquals } from "@std/assert";
import { EntropyAccumulator } from "../../../lib/metrics/mod.ts";
import { Random } from "../../../lib/core/random.ts";
import { type Line, OWN, type Setting } from "../group.ts";
import { now, pause, resultsOf } from "../race.ts";

const DIMENSION = 128;
const BATCH = 5000;

/** Batches after which everything that is kept has been allocated. */
const SETTLED = 5;

/** Float32 rows, as a network gives them. */
function batch(seed: number): Float32Array {
  return Float32Array.from(new Random(seed).normals(BATCH * DIMENSION));
}

/** Streams the batches through this library and through numpy, in turns; a round is a batch. */
async function streamed(
  { peers }: Setting,
  batches: number,
): Promise<{ times: Map<string, number[]>; growth: number; peak: number }> {
  const accumulator = new EntropyAccumulator();
  const numpy = peers.filter(({ setting }) => setting.library === "numpy");
  const times = new Map([OWN, ...numpy.map(({ name }) => name)]
    .map((name): [string, number[]] => [name, []]));
  for (const peer of numpy) {
    await peer.give("begin", []);
    await peer.run();
  }
  let [settled, peak] = [0, 0];
  for (let b = 0; b < batches; b++) {
    const data = batch(b);
    await pause();
    const start = now();
    accumulator.update({ data, shape: [BATCH, DIMENSION] });
    times.get(OWN)!.push(now() - start);
    for (const peer of numpy) {
      await peer.give("add", [{ data, rows: BATCH, columns: DIMENSION }]);
      await pause();
      times.get(peer.name)!.push((await peer.run()).ms);
    }
    peak = Math.max(peak, Deno.memoryUsage().rss);
    if (b < SETTLED) settled = peak;
  }
  for (const peer of numpy) {
    await peer.give("end", []);
    assertAlmostEquals(
      accumulator.compute(),
      (await peer.run()).check[0]!,
      1e-10,
    );
  }
  return { times, growth: peak - settled, peak };
}

/** A stream of 100,000 rows, or of a million. */
export async function* stream(setting: Setting): AsyncGenerator<Line> {
  const rows = setting.full ? 1_000_000 : 100_000;
  const { times, growth, peak } = await streamed(setting, rows / BATCH);
  const whole = 8 * rows * DIMENSION;
  assert(growth < whole / 4, `grew by ${growth} bytes, all rows are ${whole}`);
  const total = times.get(OWN)!.reduce((a, b) => a + b, 0);
  const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  yield {
    label: `entropy, (${rows}, ${DIMENSION}) streamed, one batch of ${BATCH}`,
    results: resultsOf(times),
    note:
      `streamed: ${
        (total / 1000).toFixed(2)
      } s for all ${rows} rows; peak memory ${
        mebibytes(peak)
      } for the whole process, ` +
      `${
        mebibytes(growth)
      } of them after the first ${SETTLED} batches; all rows in float64 would be ${
        mebibytes(whole)
      }`,
  };
}
