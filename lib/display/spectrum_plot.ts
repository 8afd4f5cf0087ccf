/**
 * Spectra: eigenvalues by rank.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { VectorLike } from "../core/matrix.ts";
import type { PanelSeries } from "./_panel_chart.ts";
import { panelFigure } from "./_panels.ts";
import { countFrom } from "./_series.ts";
import type { Figure } from "./figure.ts";

/** Options of {@linkcode spectrumPlot}. */
export interface SpectrumPlotOptions {
  /** The heading. */
  readonly title?: string;
  /** Smaller lines under it. */
  readonly subtitle?: string;
  /** For who does not see the picture. */
  readonly description?: string;
  /** Draws the share of the sum that the first `r` eigenvalues hold, instead of the eigenvalues. */
  readonly cumulative?: boolean;
  /** Log scale for the rank as well. */
  readonly logRank?: boolean;
}

const optionsSchema = z.strictObject({
  title: z.string().default("Spectrum"),
  subtitle: z.string().optional(),
  description: z.string().optional(),
  cumulative: z.boolean().default(false),
  logRank: z.boolean().default(false),
});

/** One spectrum, or several by name. */
export type Spectra = VectorLike | Readonly<Record<string, VectorLike>>;

function isVector(value: Spectra): value is VectorLike {
  return "length" in value || "shape" in value;
}

function descending(values: Float64Array): Float64Array {
  return values.toSorted((a, b) => b - a);
}

/** Sums of the first 1, 2, … values, as shares of the whole sum. */
function cumulativeShares(values: Float64Array): Float64Array {
  const whole = values.reduce((sum, v) => sum + v, 0);
  let sum = 0;
  return values.map((v) => (sum += v) / whole);
}

/**
 * Eigenvalues in falling order over their rank, on a log scale; or, `cumulative`, the share of the sum
 * that the first so many hold, in [0, 1].
 *
 * Eigenvalues that are 0 or negative have no place on the log scale and are left out; the figure's
 * `notes` count them.
 *
 * @param eigenvalues `[n]` in any order, or names to such vectors.
 * @param options titles, `cumulative`, `logRank`.
 * @returns a figure.
 * @throws ShapeError for an empty spectrum; NotFiniteError for NaN or Infinity; OptionsError.
 *
 * @example
 * ```ts
 * import { spectrumPlot } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = spectrumPlot({ before: [1, 1, 1], after: [0.1, 2.5, 0.4] });
 * const after = figure.toJSON().data[1];
 * assertEquals(after?.type === "scatter" && after.y, [2.5, 0.4, 0.1]);
 * ```
 */
export function spectrumPlot(
  eigenvalues: Spectra,
  options: SpectrumPlotOptions = {},
): Figure {
  const check = new Check("draw a spectrum");
  const settings = check.options(optionsSchema, options);
  const named = isVector(eigenvalues) ? { eigenvalues } : eigenvalues;
  const series = Object.entries(named).map(([name, value]): PanelSeries => {
    const values = descending(check.vector(value, name));
    if (values.length === 0) {
      check.fail(ShapeError, `at least 1 eigenvalue in \`${name}\``, 0);
    }
    const y = settings.cumulative ? cumulativeShares(values) : values;
    return { name, x: countFrom(1, y.length), y };
  });
  if (series.length === 0) check.fail(ShapeError, "at least 1 spectrum", 0);
  return panelFigure({
    title: settings.title,
    subtitle: settings.subtitle,
    description: settings.description,
    x: { title: "rank", log: settings.logRank },
    naming: "legend",
    panels: [{
      title: settings.cumulative ? "cumulative share" : "eigenvalue",
      log: !settings.cumulative,
      series,
    }],
  });
}
