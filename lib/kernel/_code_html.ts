/**
 * TypeScript as HTML with comments, strings, numbers and keywords told apart.
 *
 * @module
 */

import { escapeHtml } from "../core/table.ts";

const KEYWORDS =
  "abstract as async await break case catch class const continue default delete do else enum export extends false finally for from function if implements import in instanceof interface let new null of return satisfies static super switch this throw true try type typeof undefined using var void while with yield"
    .split(" ");

const TOKEN = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[^]*?\*\/)`,
    String.raw`(?<string>"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|` +
    "`(?:[^`\\\\]|\\\\[^])*`)",
    String.raw`(?<number>\b\d[\w.]*)`,
    String.raw`(?<![.\w$])(?<keyword>${KEYWORDS.join("|")})(?![\w$])`,
  ].join("|"),
  "g",
);

/** `source` escaped, its tokens in spans with the classes `comment`, `string`, `number` and `keyword`. */
export function codeHtml(source: string): string {
  let [html, at] = ["", 0];
  for (const match of source.matchAll(TOKEN)) {
    const kind = Object.entries(match.groups ?? {})
      .find(([, text]) => text !== undefined)?.[0];
    html += escapeHtml(source.slice(at, match.index));
    html += `<span class="${kind}">${escapeHtml(match[0])}</span>`;
    at = match.index + match[0].length;
  }
  return html + escapeHtml(source.slice(at));
}
