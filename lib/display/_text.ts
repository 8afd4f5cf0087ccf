/**
 * Text that users write (titles, names, labels), made safe for the three places it goes to: plotly's
 * pseudo-HTML, SVG and plain text.
 *
 * @module
 */

import { escapeHtml } from "../core/table.ts";

/** Characters that XML 1.0 cannot carry; one of them would break a whole SVG. */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** One line of well-formed text without control characters. */
export function cleanText(value: string): string {
  return value.toWellFormed().replace(UNPRINTABLE, "").replace(/\s+/g, " ")
    .trim();
}

/** Breaks at spaces so that no line is longer than `width` characters; longer words are cut. */
export function wrapText(value: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of cleanText(value).split(" ")) {
    let rest = word;
    if (line !== "" && line.length + 1 + rest.length > width) {
      lines.push(line);
      line = "";
    }
    while (rest.length > width) {
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    line = line === "" ? rest : `${line} ${rest}`;
  }
  return line === "" ? lines : [...lines, line];
}

/** At most `length` characters; a cut is marked by an ellipsis. */
export function shorten(value: string, length: number): string {
  const text = cleanText(value);
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Lines as plotly reads them: `<br>` between them, and no markup of the user's comes alive. */
export function plotlyText(lines: string | readonly string[]): string {
  const list = typeof lines === "string" ? [cleanText(lines)] : lines;
  return list.map(escapeHtml).join("<br>");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};

/** The lines that {@linkcode plotlyText} was given. */
export function plainLines(text: string): string[] {
  return text.split("<br>").map((line) =>
    line.replace(
      /&(?:lt|gt|quot|#39|amp);/g,
      (entity) => ENTITIES[entity] ?? entity,
    )
  );
}

/** Pixels below an axis that its tick labels take, turned by `angle` degrees. */
export function labelDepth(labels: readonly string[], angle: number): number {
  if (angle === 0) return 22;
  const widest = Math.max(0, ...labels.map((label) => textWidth(label, 12)));
  return Math.ceil(widest * Math.sin(Math.abs(angle) * Math.PI / 180)) + 16;
}

const NARROW = /[ijltfr.,:;'|!()[\]\- ]/;
const WIDE = /[mwMW@%—→∞]/;

/**
 * The width of a line in pixels, estimated on the generous side: no font is at hand where figures are
 * made, and a label that gets too much room is better than a clipped one.
 */
export function textWidth(text: string, size: number): number {
  let em = 0;
  for (const c of text) {
    if ((c.codePointAt(0) ?? 0) > 0x2e80) em += 1;
    else if (NARROW.test(c)) em += 0.36;
    else if (WIDE.test(c)) em += 0.92;
    else em += c >= "A" && c <= "Z" ? 0.7 : 0.6;
  }
  return em * size;
}

/**
 * Eight hexadecimal digits (FNV-1a) that tell two figures of one page apart: ids made of counters
 * alone would meet those of an earlier kernel in the same notebook.
 */
export function fingerprint(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  return (h >>> 0).toString(16).padStart(8, "0");
}
