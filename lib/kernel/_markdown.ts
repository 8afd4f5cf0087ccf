/**
 * Markdown cells as HTML that asks no host for anything.
 *
 * @module
 */

import { Marked, type Tokens } from "marked";
import { escapeHtml } from "../core/table.ts";
import { codeHtml } from "./_code_html.ts";
import { mathHtml } from "./_math.ts";
import type { Notebook, OutputData, TextCell } from "./notebook.ts";

type Attachments = NonNullable<TextCell["attachments"]>;

const INLINE_MATH = /^\$(?!\s)((?:\\[^]|[^$\\\n])+?)(?<!\s)\$(?!\d)/;
const DISPLAY_MATH = /^\$\$([^]+?)\$\$/;

function mathAt(src: string): Tokens.Generic | undefined {
  const display = DISPLAY_MATH.exec(src);
  const found = display ?? INLINE_MATH.exec(src);
  if (found === null) return undefined;
  return { type: "math", raw: found[0], text: found[1], display: !!display };
}

function dataUrl(bundle: OutputData | undefined): string | undefined {
  for (const [type, value] of Object.entries(bundle ?? {})) {
    if (!type.startsWith("image/") || typeof value !== "string") continue;
    return type === "image/svg+xml"
      ? `data:${type};base64,${new TextEncoder().encode(value).toBase64()}`
      : `data:${type};base64,${value.replaceAll(/\s/g, "")}`;
  }
  return undefined;
}

/** A picture that is in the notebook is shown; one that is elsewhere becomes a link. */
function image(
  { href, text }: Tokens.Image,
  attachments: Attachments,
): string {
  const attached = Object.entries(attachments).find(([name]) =>
    href === `attachment:${name}` || href === `attachment:${encodeURI(name)}`
  );
  const source = href.startsWith("data:") ? href : dataUrl(attached?.[1]);
  const label = escapeHtml(text);
  if (source !== undefined) {
    return `<img src="${escapeHtml(source)}" alt="${label}">`;
  }
  return `<a href="${escapeHtml(href)}">${label || escapeHtml(href)}</a>`;
}

/** A fenced block: TypeScript and its relatives in colour. */
function code({ text, lang = "" }: Tokens.Code): string {
  const known = /^(ts|js|typescript|javascript|json)\b/i.test(lang);
  const html = known ? codeHtml(text) : escapeHtml(text);
  return `<pre><code>${html}</code></pre>`;
}

/** A Markdown text as HTML, with formulas between dollar signs and pictures from `attachments`. */
export function markdownHtml(
  text: string,
  attachments: Attachments = {},
): string {
  const marked = new Marked({
    gfm: true,
    renderer: { code, image: (token) => image(token, attachments) },
    extensions: [{
      name: "math",
      level: "inline",
      start: (src) => src.indexOf("$"),
      tokenizer: mathAt,
      renderer: ({ text, display }) => mathHtml(String(text), display === true),
    }],
  });
  return marked.parse(text, { async: false });
}

/** The text of a line of Markdown: what is left when it is shown without markup. */
function plainLine(line: string): string {
  const entities: Record<string, string> = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&amp;": "&",
  };
  return markdownHtml(line)
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? "")
    .replaceAll(/\s+/g, " ").trim();
}

/** The first heading of the first level in a text, without markup. */
export function headingIn(markdown: string): string | undefined {
  const heading = /^#[ \t]+(.+?)[ \t]*#*$/m.exec(markdown)?.[1];
  return heading === undefined ? undefined : plainLine(heading);
}

/** The first heading of the first level, without markup. */
export function firstHeading(notebook: Notebook): string | undefined {
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "markdown") continue;
    const heading = headingIn(cell.source);
    if (heading !== undefined) return heading;
  }
  return undefined;
}
