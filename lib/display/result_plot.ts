/**
 * Results of experiments, drawn as they say themselves.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { jupyterDisplay, type MimeBundle, registerView } from "../core/rich.ts";
import { panelFigure } from "./_panels.ts";
import {
  type DrawableRecord,
  isDrawable,
  resultChart,
} from "./_result_chart.ts";
import type { Figure } from "./figure.ts";

/** Options of {@linkcode resultPlot}. */
export interface ResultPlotOptions {
  /** Which chart of the record; its first if left out. */
  readonly chart?: string;
  /** The heading, in place of that of the chart. */
  readonly title?: string;
  /** For who does not see the picture; made from the numbers if left out. */
  readonly description?: string;
}

const optionsSchema = z.strictObject({
  chart: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
});

/**
 * Draws a result of an experiment, a repetition over seeds or a sweep: the panels that the record asks for,
 * with its reference lines, the interval of several runs as a band, and under the plot which claims hold.
 *
 * The record is read by its `series` and `charts` alone, so anything that has both can be drawn.
 *
 * @param result What an experiment returned, was loaded, or `repeat` and `sweep` made.
 * @param options Which of its charts, and another heading.
 * @returns A figure of under 50 KB.
 * @throws ShapeError for a record without charts, or whose chart names a column that is not there;
 * OptionsError for a chart that is not there.
 *
 * @example
 * ```ts
 * import { resultPlot } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = resultPlot({
 *   series: { epochs: { epoch: [0, 1, 2], mir: [0.2, 0.5, 0.6] } },
 *   charts: [{
 *     name: "mir",
 *     title: "MIR of a short run",
 *     table: "epochs",
 *     x: { column: "epoch", title: "epoch" },
 *     panels: [{
 *       title: "MIR",
 *       lines: [{ column: "mir", label: "whole set" }],
 *       references: [{ label: "collapse", value: 0.952 }],
 *     }],
 *   }],
 * });
 * assertEquals(figure.title, "MIR of a short run");
 * assertEquals(figure.toJSON().data.length, 1);
 * ```
 */
export function resultPlot(
  result: DrawableRecord,
  options: ResultPlotOptions = {},
): Figure {
  return drawn(result, options, 0);
}

/** The figure, with `reserved` bytes left for what is shown beside it. */
function drawn(
  result: DrawableRecord,
  options: ResultPlotOptions,
  reserved: number,
): Figure {
  const check = new Check("draw the result");
  const { chart, ...words } = check.options(optionsSchema, options);
  if (!isDrawable(result)) {
    check.fail(ShapeError, "a record with `series` and `charts`", "another");
  }
  const panels = resultChart(check, result, { chart });
  const { title = panels.title, description } = words;
  return panelFigure({ ...panels, title, description }, reserved);
}

/** Bytes of a bundle. */
function bytesOf(bundle: MimeBundle): number {
  return new TextEncoder().encode(JSON.stringify(bundle)).length;
}

/** A record's figure, with what the record says of itself folded away beneath it. */
async function view(record: object, plain: MimeBundle): Promise<MimeBundle> {
  if (!isDrawable(record)) return plain;
  const words = {
    "text/html":
      `<details class="interplay-result"><summary>Numbers and claims</summary>${
        plain["text/html"]
      }</details>`,
    "text/plain": plain["text/plain"],
  };
  const figure = drawn(record, {}, bytesOf(words));
  const bundle = await figure[jupyterDisplay]();
  const joined = (type: keyof typeof words) =>
    `${bundle[type]}\n${words[type]}`;
  return {
    ...bundle,
    "text/html": joined("text/html"),
    "text/plain": joined("text/plain"),
  };
}

for (const kind of ["result", "repetition", "sweep"]) {
  registerView(`interplay/${kind}`, view);
}
