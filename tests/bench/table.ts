/**
 * The table of the benchmark, as Markdown that is readable as it is.
 *
 * @module
 */

import { type Line, OWN } from "./group.ts";

const COLUMNS = [
  "numpy 1",
  "numpy 2",
  "torch 1",
  "torch 2",
  "native",
  "TypeScript",
  "ml-matrix",
];

/** Three digits, and no exponent. */
function digits(x: number): string {
  return x >= 100 ? x.toFixed(0) : x.toPrecision(x < 0.01 ? 2 : 3);
}

function cells({ label, results }: Line): string[] {
  return [
    label,
    digits(results.get(OWN)!.ms),
    ...COLUMNS.map((name) => {
      const result = results.get(name);
      return result ? `${digits(result.ratio)} (${digits(result.ms)})` : "–";
    }),
  ];
}

/** A line by itself, for who waits. */
export function inOneLine({ label, results }: Line): string {
  const parts = Array.from(
    results,
    ([name, { ms, ratio }]) =>
      name === OWN ? `${digits(ms)} ms` : `${digits(ratio)} × ${name}`,
  );
  return `${label}: ${parts.join(", ")}`;
}

/** All lines, and under them what they have no column for. */
export function table(lines: readonly Line[]): string {
  const rows = [["task", `${OWN}, ms`, ...COLUMNS], ...lines.map(cells)];
  const widths = rows[0]!.map((_, k) =>
    Math.max(...rows.map((row) => row[k]!.length))
  );
  const written = rows.map((row) =>
    `| ${
      row.map((cell, k) =>
        k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!)
      ).join(" | ")
    } |`
  );
  const rule = `| ${
    widths.map((width, k) =>
      k === 0 ? ":".padEnd(width, "-") : ":".padStart(width, "-")
    ).join(" | ")
  } |`;
  const notes = lines.flatMap(({ note }) => note === undefined ? [] : [note]);
  return [written[0], rule, ...written.slice(1), "", ...notes].join("\n");
}
