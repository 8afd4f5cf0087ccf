/**
 * Everything this library claims to be fast at, beside its peers, in one run and one table.
 *
 * Within a round each contestant computes once, so that all of them meet the same load of the machine; a
 * time is the median over the rounds, a ratio the median of the ratios within rounds. Every result is held
 * against numpy's. `deno task bench --help` says how to choose.
 *
 * @module
 */

import { openNativeLapack } from "../../lib/linalg/native/native_lapack.ts";
import type { Group, Line, Setting } from "./group.ts";
import { PythonPeer } from "./python_peer.ts";
import { measureBy } from "./race.ts";
import { inOneLine, table } from "./table.ts";
import { eigenvalues, eigenvectors } from "./tasks/eigen.ts";
import { entropy } from "./tasks/entropy.ts";
import { labels, mir } from "./tasks/mir.ts";
import { moment } from "./tasks/moment.ts";
import { stream } from "./tasks/stream.ts";

const GROUPS: Record<string, Group> = {
  eigenvalues,
  eigenvectors,
  moment,
  entropy,
  stream,
  mir,
  labels,
};

const HELP = `deno task bench [GROUP …] [--full] [--seconds=N] [--python=PATH]

GROUP           ${Object.keys(GROUPS).join(", ")}; all if left out
--full          all sizes; "labels --full" alone takes ten minutes, most of it the peers'
--processor     time on a processor instead of the clock, and one thread each: for a busy machine
--seconds=N     time for one contestant of one task, about; 2 if left out
--python=PATH   a Python with numpy and, if it has it, torch; python3 if left out`;

interface Arguments {
  readonly groups: readonly Group[];
  readonly full: boolean;
  readonly share: number;
  readonly unit: "clock" | "processor";
  readonly python: string;
}

function parse(args: readonly string[]): Arguments {
  const flags = args.filter((arg) => arg.startsWith("--"));
  const names = args.filter((arg) => !arg.startsWith("--"));
  const value = (flag: string) =>
    flags.find((arg) => arg.startsWith(`--${flag}=`))?.split("=")[1];
  const seconds = Number(value("seconds") ?? 2);
  const unknown = [
    ...names.filter((name) => !(name in GROUPS)),
    ...flags.filter((flag) =>
      !/^--(full|processor|seconds=.+|python=.+)$/.test(flag)
    ),
    ...(seconds > 0 ? [] : ["--seconds"]),
  ];
  if (unknown.length > 0) {
    console.log(unknown.includes("--help") ? HELP : `${unknown}?\n\n${HELP}`);
    Deno.exit(unknown.includes("--help") ? 0 : 1);
  }
  const chosen = names.length > 0 ? names : Object.keys(GROUPS);
  return {
    groups: chosen.map((name) => GROUPS[name]!),
    full: flags.includes("--full"),
    share: 1000 * seconds,
    unit: flags.includes("--processor") ? "processor" : "clock",
    python: value("python") ?? "python3",
  };
}

async function startPeers(
  { python, unit }: Arguments,
): Promise<PythonPeer[]> {
  const settings = (["numpy", "torch"] as const).flatMap((library) =>
    (unit === "clock" ? [1, 2] : [1])
      .map((threads) => ({ library, threads, unit }))
  );
  const peers: PythonPeer[] = [];
  for (const setting of settings) {
    const peer = await PythonPeer.start(python, setting);
    if (peer) peers.push(peer);
    else console.error(`no ${setting.library} in ${python}`);
  }
  return peers;
}

/** What a LAPACK of this machine is, where it may be opened. */
function nativeSummary(native: { threads?: number }): string | undefined {
  try {
    using lapack = openNativeLapack(native);
    return lapack.description.summary;
  } catch {
    return undefined;
  }
}

function header(
  { unit }: Arguments,
  peers: readonly PythonPeer[],
  native: string | undefined,
) {
  const versions = [
    `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, ${navigator.hardwareConcurrency} cores`,
    ...new Set(peers.map(({ summary }) => summary)),
    ...(native === undefined ? [] : [`native: ${native}`]),
  ];
  return `${versions.join("; ")}\n
Milliseconds ${
    unit === "clock" ? "by the clock" : "on a processor"
  } of this library on one thread, by its embedded kernel; for each peer the time of this
library divided by the peer's (below 1: faster than the peer) and the peer's milliseconds. The number behind a
peer is its threads.\n`;
}

const args = parse(Deno.args);
const { groups, full, share, unit } = args;
measureBy(unit);
const peers = await startPeers(args);
const native = unit === "clock" ? {} : { threads: 1 };
const summary = nativeSummary(native);
console.log(header(args, peers, summary));
const setting: Setting = {
  ...{ full, share, peers },
  native: summary === undefined ? undefined : native,
};
const lines: Line[] = [];
for (const group of groups) {
  for await (const line of group(setting)) {
    lines.push(line);
    console.error(inOneLine(line));
  }
}
for (const peer of peers) await peer.close();
console.log(table(lines));
