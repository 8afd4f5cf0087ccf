/**
 * The bar that explains the colours of a heatmap.
 *
 * @module
 */

import { escapeHtml } from "../../core/table.ts";
import { plainLines, textWidth } from "../_text.ts";
import type { HeatmapTrace } from "../plotly_json.ts";
import { px } from "./marks.ts";
import { Scale } from "./scale.ts";

/** Draws the bar to the right of the panel. */
export function colorBar(
  trace: HeatmapTrace,
  { x, y }: { readonly x: Scale; readonly y: Scale },
  id: string,
): string {
  const left = Math.max(x.start, x.end) + 12;
  const top = Math.min(y.start, y.end);
  const bottom = Math.max(y.start, y.end);
  const width = trace.colorbar.thickness;
  const stops = trace.colorscale.map(([at, color]) =>
    `<stop offset="${at}" stop-color="${color}"/>`
  ).join("");
  const range: [number, number] = [trace.zmin, trace.zmax];
  const scale = new Scale({ type: "linear", range }, bottom, top);
  const ticks = scale.ticks(40);
  const labels = ticks.map((tick) =>
    `<text x="${px(left + width + 5)}" y="${px(scale.pixel(tick.value) + 4)}">${
      escapeHtml(tick.label)
    }</text>`
  ).join("");
  const widest = Math.max(0, ...ticks.map((t) => textWidth(t.label, 12)));
  const title = escapeHtml(plainLines(trace.colorbar.title.text).join(" "));
  return `<linearGradient id="${id}" x1="0" y1="1" x2="0" y2="0">${stops}</linearGradient>` +
    `<rect x="${px(left)}" y="${px(top)}" width="${width}" height="${
      px(bottom - top)
    }" fill="url(#${id})"/>${labels}` +
    `<text transform="translate(${px(left + width + widest + 20)} ${
      px((top + bottom) / 2)
    })rotate(-90)" font-size="13" text-anchor="middle">${title}</text>`;
}
