/**
 * Text for a terminal as HTML: the colours that the kernel puts into results and tracebacks.
 *
 * @module
 */

import { escapeHtml } from "../core/table.ts";

// deno-lint-ignore no-control-regex
const CODE = /\x1b\[([0-9;]*)m/g;
// Cursor movements, titles and links say nothing on a page.
const OTHER =
  // deno-lint-ignore no-control-regex
  /\x1b\[[0-9;?]*[A-Za-ln-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]/g;

/** `text` without what only a terminal understands. */
export function stripAnsi(text: string): string {
  return text.replaceAll(OTHER, "").replaceAll(CODE, "");
}

/** The style that is in force: the class names of the page. */
type Style = ReadonlySet<string>;

const STYLES: Readonly<Record<number, string>> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
};
const COLORS = "black red green yellow blue magenta cyan white".split(" ");

function isColor(name: string): boolean {
  return COLORS.includes(name);
}

function withoutColor(style: Style): string[] {
  return [...style].filter((name) => !isColor(name));
}

/** `style` after one number of a code. */
function changed(style: Style, code: number): Style {
  if (code === 0) return new Set();
  const named = STYLES[code];
  if (named !== undefined) return new Set([...style, named]);
  if (code === 22) {
    return new Set([...style].filter((s) => s !== "bold" && s !== "dim"));
  }
  if (code === 39) return new Set(withoutColor(style));
  const color = COLORS[code < 90 ? code - 30 : code - 90];
  return color === undefined ? style : new Set([...withoutColor(style), color]);
}

/** `style` after the numbers of a code; colours by number and by value, which no style has, are skipped. */
function afterCode(style: Style, code: string): Style {
  const numbers = code.split(";").map(Number);
  let after = style;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    if (number === 38 || number === 48) {
      i += numbers[i + 1] === 5 ? 2 : 4;
    } else after = changed(after, number);
  }
  return after;
}

function span(text: string, style: Style): string {
  if (text === "" || style.size === 0) return escapeHtml(text);
  const classes = [...style].map((name) => `ansi-${name}`).join(" ");
  return `<span class="${classes}">${escapeHtml(text)}</span>`;
}

/** `text` escaped, its colour codes as spans with classes `ansi-red`, `ansi-bold` and so on. */
export function ansiHtml(text: string): string {
  const plain = text.replaceAll(OTHER, "");
  let [html, at, style]: [string, number, Style] = ["", 0, new Set()];
  for (const match of plain.matchAll(CODE)) {
    html += span(plain.slice(at, match.index), style);
    style = afterCode(style, match[1] ?? "");
    at = match.index + match[0].length;
  }
  return html + span(plain.slice(at), style);
}
