/**
 * What all groups of the benchmark share: who can be asked, and what a line of the table is.
 *
 * @module
 */

import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import { useNativeLapack } from "../../lib/metrics/mod.ts";
import type { PythonPeer } from "./python_peer.ts";
import {
  type Contestant,
  local,
  race,
  type Results,
  type Task,
} from "./race.ts";
import type { Rows } from "../../lib/core/rows.ts";

/** The name under which this library runs. */
export const OWN = "interplay";

/** A line of the table. */
export interface Line {
  readonly label: string;
  readonly results: Results;
  /** What the table has no column for. */
  readonly note?: string;
}

/** What a group is told. */
export interface Setting {
  /** All sizes, or those that take seconds. */
  readonly full: boolean;
  /** Milliseconds for one contestant of one task. */
  readonly share: number;
  /** The Python processes there are. */
  readonly peers: readonly PythonPeer[];
  /** How to open a LAPACK of this machine; `undefined` where there is none. */
  readonly native: { readonly threads?: number } | undefined;
}

/** Some tasks, run one after the other. */
export type Group = (setting: Setting) => AsyncGenerator<Line>;

/** Independent Gaussian entries. */
export function gaussian(
  rows: number,
  columns: number,
  seed: number,
): DenseMatrix {
  const data = new Random(seed).normals(rows * columns);
  return new DenseMatrix(data, rows, columns);
}

/** The same computation by this library, and by LAPACK through it where there is one. */
export function own(
  { native }: Setting,
  compute: () => () => readonly number[],
): Contestant[] {
  const embedded = local(OWN, 1e-9, compute);
  if (!native) return [embedded];
  const { run } = local("", 1e-9, compute);
  const withLapack = async () => {
    useNativeLapack(native);
    try {
      compute(); // just opened, the library starts its threads and fills its caches
      return await run();
    } finally {
      useNativeLapack(false);
    }
  };
  return [embedded, { name: "native", tolerance: 1e-9, run: withLapack }];
}

/** The Python processes named, with their job. */
export async function python(
  { peers }: Setting,
  { op, arrays, names, tolerance = 1e-9 }: {
    op: string;
    arrays: readonly Rows[];
    names: readonly string[];
    tolerance?: number;
  },
): Promise<Contestant[]> {
  const named = peers.filter(({ name }) => names.includes(name));
  for (const peer of named) await peer.give(op, arrays);
  return named.map((peer) => ({
    name: peer.name,
    tolerance,
    run: () => peer.run(),
  }));
}

/** A task raced: a line of the table. */
export async function raced(setting: Setting, task: Task): Promise<Line> {
  return { label: task.label, results: await race(task, setting.share) };
}
