/**
 * A program for `repeat_test.ts`: repeats `trainingDynamics` in two workers, and prints what came of it as JSON.
 * It runs by `deno run`, since `deno test` would check the types of every worker's modules once more.
 */

import { repeat, trainingDynamics, verify } from "interplay/experiments";
import { tiny } from "./fixtures.ts";

const shares: number[] = [];
const { results } = await repeat(trainingDynamics, {
  ...tiny,
  seeds: [3, 5],
  workers: 2,
  onProgress: ({ shares: all }) => shares.push(all[0]! + all[1]!),
});
const verified = await Promise.all(
  results.map(async (result) => (await verify(result)).ok),
);

const tooFew = { kind: "gaussian", train: 96, test: 48 } as const;
const failure = await repeat(trainingDynamics, {
  ...tiny,
  data: tooFew,
  batch: 64,
  workers: 2,
  seeds: 2,
}).catch((error: unknown) => error);
const error = failure instanceof Error
  ? { type: failure.constructor.name, message: failure.message }
  : undefined;

console.log(JSON.stringify({ results, shares, verified, error }));
