/**
 * Neural collapse over a run: NC1 to NC4.
 *
 * @module
 */

import { Check } from "../core/check.ts";
import type { Panel } from "./_panel_chart.ts";
import { panelFigure } from "./_panels.ts";
import { checkHistory, column, hasAny, optionalColumn } from "./_records.ts";
import type { Figure } from "./figure.ts";
import {
  type HistoryPlotOptions,
  historyPlotSchema,
} from "./interplay_plot.ts";

/** One epoch; everything but the agreement is 0 at collapse. */
export interface CollapseRecord {
  /** The epoch, or the step. */
  readonly epoch: number;
  /** Variability within classes. */
  readonly nc1: {
    readonly pinv: number;
    readonly quotient: number;
    readonly cdnv: number;
  };
  /** How far class means and head are from a simplex ETF. */
  readonly nc2: {
    readonly equinormMeans: number;
    readonly equinormHead: number;
    readonly equiangularMeans: number;
    readonly equiangularHead: number;
    readonly etfError: number;
  };
  /** How far head and class means are from each other. */
  readonly nc3: {
    readonly selfDuality: number;
    readonly structureError: number;
  };
  /** Share of samples on which the head agrees with the nearest class mean, 1 at collapse. */
  readonly nc4?: { readonly agreement: number };
}

const PANELS: readonly {
  readonly title: string;
  readonly lines: readonly (readonly [name: string, path: string])[];
}[] = [
  {
    title: "NC1",
    lines: [
      ["tr Σw Σb⁺ / C", "nc1.pinv"],
      ["tr Σw / tr Σb", "nc1.quotient"],
      ["CDNV", "nc1.cdnv"],
    ],
  },
  {
    title: "NC2",
    lines: [
      ["norms, means", "nc2.equinormMeans"],
      ["norms, head", "nc2.equinormHead"],
      ["angles, means", "nc2.equiangularMeans"],
      ["angles, head", "nc2.equiangularHead"],
      ["ETF error", "nc2.etfError"],
    ],
  },
  {
    title: "NC3",
    lines: [
      ["self-duality", "nc3.selfDuality"],
      ["structure", "nc3.structureError"],
    ],
  },
];

/**
 * The measures of neural collapse on log scales, one panel each for NC1, NC2 and NC3, and the agreement
 * of NC4 in [0, 1] where the records have it. All but the agreement fall to 0 at collapse; a value of
 * exactly 0 has no place on a log axis and is left out, which the figure's `notes` say.
 *
 * @param history one record an epoch; `neuralCollapse` of the metrics gives what is needed.
 * @param options titles.
 * @returns a figure.
 * @throws ShapeError for no record or one without a needed number; OptionsError.
 *
 * @example
 * ```ts
 * import { collapsePlot } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const nc2 = {
 *   equinormMeans: 0.2,
 *   equinormHead: 0.3,
 *   equiangularMeans: 0.1,
 *   equiangularHead: 0.2,
 *   etfError: 0.4,
 * };
 * const figure = collapsePlot([1, 2, 3].map((epoch) => ({
 *   epoch,
 *   nc1: { pinv: 1 / epoch, quotient: 2 / epoch, cdnv: 0.5 / epoch },
 *   nc2,
 *   nc3: { selfDuality: 0.3 / epoch, structureError: 0.6 / epoch },
 * })));
 * assertEquals(figure.toJSON().data.length, 10);
 * ```
 *
 * @see Papyan, Han, Donoho: Prevalence of neural collapse during the terminal phase of deep learning
 * training, PNAS 2020.
 */
export function collapsePlot(
  history: readonly CollapseRecord[],
  options: HistoryPlotOptions = {},
): Figure {
  const check = new Check("draw neural collapse");
  const settings = check.options(historyPlotSchema, options);
  checkHistory(check, history);
  const x = column(check, history, "epoch");
  const panels = PANELS.map(({ title, lines }): Panel => ({
    title,
    log: true,
    series: lines.map(([name, path]) => ({
      name,
      x,
      y: column(check, history, path),
    })),
  }));
  const agreement = optionalColumn(check, history, "nc4.agreement");
  const last: Panel = {
    title: "NC4",
    series: [{ name: "agreement", x, y: agreement }],
  };
  return panelFigure({
    title: settings.title ?? "Neural collapse",
    subtitle: settings.subtitle,
    description: settings.description,
    x: settings.x,
    naming: "direct",
    panels: hasAny(agreement) ? [...panels, last] : panels,
  });
}
