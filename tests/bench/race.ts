/**
 * A race: contestants compute the same thing in turns, so that all of them meet the same load of the
 * machine, and every result is held against the reference's.
 *
 * @module
 */

import { assert } from "@std/assert";
import process from "node:process";

/** One run: how long it took, and numbers to compare. */
export interface Timed {
  readonly ms: number;
  readonly check: readonly number[];
}

/** Who takes part. */
export interface Contestant {
  /** The column of the table. */
  readonly name: string;
  /** How far its numbers may be from the reference's, relative to the largest of those. */
  readonly tolerance: number;
  /** Computes once. */
  run(): Timed | Promise<Timed>;
}

/** What is computed, and by whom; the first is this library, the second the reference of the results. */
export interface Task {
  readonly label: string;
  readonly contestants: readonly Contestant[];
}

/** The outcome for one contestant. */
export interface Result {
  /** Median over the rounds, in milliseconds. */
  readonly ms: number;
  /** Median over the rounds of the time of this library divided by that of the contestant. */
  readonly ratio: number;
  /** Rounds it took part in. */
  readonly rounds: number;
}

const FEWEST_ROUNDS = 3;
const MOST_ROUNDS = 25;

/** By contestant. */
export type Results = ReadonlyMap<string, Result>;

/** Who takes longer than this runs once, without a run to warm up. */
const ENDLESS = 20_000;

/**
 * Gives up the core for a moment. On a busy machine who has just computed is interrupted sooner than who
 * has waited; after this all have waited. Threads of the one before stop spinning meanwhile.
 */
export async function pause(): Promise<void> {
  await new Promise((resume) => setTimeout(resume, 15));
}

/** The middle value; the mean of both where there are two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds by the clock of {@linkcode measureBy}. */
export let now: () => number = () => performance.now();

/** Measures in time on the clock, or in time on a processor: that of all threads of a process. */
export function measureBy(unit: "clock" | "processor"): void {
  now = unit === "clock" ? () => performance.now() : () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
}

/** A contestant of this process; `compute` is timed, what it returns makes the numbers to compare. */
export function local(
  name: string,
  tolerance: number,
  compute: () => () => readonly number[],
): Contestant {
  const run = () => {
    const start = now();
    const check = compute();
    const ms = now() - start;
    return { ms, check: check() };
  };
  return { name, tolerance, run };
}

function agree(
  label: string,
  { name, tolerance }: Contestant,
  { check, expected }: {
    check: readonly number[];
    expected: readonly number[];
  },
): void {
  const scale = Math.max(...expected.map(Math.abs));
  assert(check.length === expected.length, `${label}, ${name}: other numbers`);
  check.forEach((x, i) => {
    const near = Math.abs(x - expected[i]!) <= tolerance * scale;
    assert(near, `${label}, ${name}: ${x}, reference ${expected[i]}`);
  });
}

/** How many rounds a contestant takes part in, after its first run. */
function roundsFor(ms: number, share: number): number {
  if (ms > ENDLESS) return 0;
  const rounds = Math.max(FEWEST_ROUNDS, Math.ceil(share / ms));
  return Math.min(MOST_ROUNDS, rounds);
}

/**
 * Races one task; throws where a result is wrong.
 *
 * @param share Time for one contestant, roughly, in milliseconds.
 */
export async function race(
  { label, contestants }: Task,
  share: number,
): Promise<Results> {
  const first = new Map<Contestant, Timed>();
  for (const each of contestants) {
    await pause();
    first.set(each, await each.run());
  }
  const expected = first.get(contestants[1] ?? contestants[0]!)!.check;
  const times = new Map<Contestant, number[]>();
  for (const [each, { ms, check }] of first) {
    agree(label, each, { check, expected });
    // A first run meets cold compilers and caches; it counts only where there is no other.
    times.set(each, ms > ENDLESS ? [ms] : []);
  }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    // There and back, since threads of one library may still spin when the next one begins.
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const each of order) {
      if (round >= roundsFor(first.get(each)!.ms, share)) continue;
      await pause();
      const { ms, check } = await each.run();
      agree(label, each, { check, expected });
      times.get(each)!.push(ms);
    }
  }
  return resultsOf(
    new Map(Array.from(times, ([{ name }, all]) => [name, all])),
  );
}

/** Medians of times by contestant, and of their ratios to the times of the first, round by round. */
export function resultsOf(times: ReadonlyMap<string, number[]>): Results {
  const [own = []] = times.values();
  return new Map(
    Array.from(times, ([name, all]) => {
      const ratios = all.map((ms, i) => (own[i] ?? median(own)) / ms);
      const [ms, ratio] = [median(all), median(ratios)];
      return [name, { ms, ratio, rounds: all.length }];
    }),
  );
}
