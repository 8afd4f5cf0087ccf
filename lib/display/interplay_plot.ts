/**
 * The interplay of representations and head over a run: entropies, MIR and HDR with what they would be
 * at collapse, under shuffled labels and for random features.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { formatNumber } from "../core/table.ts";
import type {
  Panel,
  PanelChart,
  PanelReference,
  PanelSeries,
} from "./_panel_chart.ts";
import { panelFigure } from "./_panels.ts";
import {
  checkHistory,
  column,
  hasAny,
  lastOf,
  optionalColumn,
} from "./_records.ts";
import { NEUTRAL, paletteColor } from "./_color.ts";
import type { Figure } from "./figure.ts";

/** Mean and standard deviation. */
export interface Band {
  /** The mean. */
  readonly mean: number;
  /** The standard deviation. */
  readonly sd: number;
}

/** What the numbers of one record would be otherwise, as `reference` of the metrics gives it. */
export interface InterplayReference {
  /** At exact neural collapse with these very labels. */
  readonly collapse: {
    readonly entropy: {
      readonly representations: number;
      readonly head: number;
      readonly joint: number;
    };
    readonly mutualInformation: number;
    readonly mir: number;
    readonly hdr: number;
  };
  /** With the labels permuted. */
  readonly shuffled: {
    readonly mir: Band;
    readonly hdr: Band;
    readonly mutualInformation: Band;
    readonly permutations: number;
  };
  /** With Gaussian features of the same shape. */
  readonly random: {
    readonly mir: Band;
    readonly hdr: Band;
    readonly mutualInformation: Band;
  };
  /** The largest entropy possible, log N. */
  readonly ceiling: number;
}

/** One epoch, in nats where it is an entropy. */
export interface InterplayPoint {
  /** The epoch, or the step. */
  readonly epoch: number;
  /** Test accuracy in [0, 1]. */
  readonly accuracy?: number;
  /** Loss. */
  readonly loss?: number;
  /** Matrix entropies. */
  readonly entropy: {
    readonly representations: number;
    readonly head: number;
    readonly joint?: number;
  };
  /** Matrix mutual information. */
  readonly mutualInformation: number;
  /** Matrix mutual information ratio. */
  readonly mir: number;
  /** Matrix entropy difference ratio. */
  readonly hdr: number;
  /** Number of samples the metrics stand on. */
  readonly samples?: number;
  /** Number of classes. */
  readonly classes?: number;
  /** What the numbers would be otherwise. */
  readonly reference?: InterplayReference;
}

/** Options of {@linkcode interplayPlot} and `collapsePlot`. */
export interface HistoryPlotOptions {
  /** The heading. */
  readonly title?: string;
  /** Smaller lines under it; sample size and the like are added. */
  readonly subtitle?: string;
  /** For who does not see the picture. */
  readonly description?: string;
  /** Title of the shared horizontal axis, "epoch" if nothing is said. */
  readonly x?: { readonly title?: string; readonly log?: boolean };
}

/** The schema of {@linkcode HistoryPlotOptions}. */
export const historyPlotSchema = z.strictObject({
  title: z.string().optional(),
  subtitle: z.string().optional(),
  description: z.string().optional(),
  x: z.strictObject({
    title: z.string().default("epoch"),
    log: z.boolean().default(false),
  }).prefault({}),
});

const NO_REFERENCE = "No reference was given: a MIR or HDR cannot be judged " +
  "without its value at collapse and under shuffled labels.";

/** One call: its records and their epochs. */
class History {
  readonly #check: Check;
  readonly #records: readonly InterplayPoint[];
  readonly epochs: Float64Array;

  constructor(check: Check, records: readonly InterplayPoint[]) {
    checkHistory(check, records);
    this.#check = check;
    this.#records = records;
    this.epochs = column(check, records, "epoch");
  }

  series(name: string, path: string): PanelSeries {
    const y = column(this.#check, this.#records, path);
    return { name, x: this.epochs, y };
  }

  optional(path: string): Float64Array {
    return optionalColumn(this.#check, this.#records, path);
  }

  /** A series if any record has it. */
  listed(name: string, path: string): PanelSeries[] {
    const y = this.optional(path);
    return hasAny(y) ? [{ name, x: this.epochs, y }] : [];
  }

  /** What shuffled labels give: the mean over the epochs, its standard deviation as a band. */
  shuffled(key: "mir" | "hdr"): PanelSeries[] {
    const mean = this.optional(`reference.shuffled.${key}.mean`);
    const sd = this.optional(`reference.shuffled.${key}.sd`);
    if (!hasAny(mean)) return [];
    const low = mean.map((m, i) => m - (sd[i] ?? NaN));
    const high = mean.map((m, i) => m + (sd[i] ?? NaN));
    const style = { color: NEUTRAL, dash: "dashdot" } as const;
    return [{
      name: "shuffled",
      x: this.epochs,
      y: mean,
      band: { low, high },
      ...style,
    }];
  }

  last(path: string): number | undefined {
    return lastOf(this.optional(path));
  }

  references(
    label: string,
    path: string,
    dash: "dash" | "dot" = "dash",
  ): PanelReference[] {
    const value = this.last(`reference.${path}`);
    return value === undefined ? [] : [{ label, value, dash }];
  }
}

/** A ceiling this many times above everything else would press the curves flat: it is named instead. */
const FAR = 1.4;

/** Whether the line of `log N` has its place in the panel of the entropies. */
function ceilingIsNear(history: History): boolean {
  const paths = ["entropy.representations", "entropy.head", "entropy.joint"];
  const shown = paths.flatMap((path) => Array.from(history.optional(path)))
    .filter((y) => Number.isFinite(y));
  return (history.last("reference.ceiling") ?? 0) <= FAR * Math.max(...shown);
}

function entropyPanel(history: History): Panel {
  return {
    title: "entropy (nats)",
    height: 200,
    series: [
      history.series("H of features", "entropy.representations"),
      history.series("H of head", "entropy.head"),
      ...history.listed("joint H", "entropy.joint"),
      history.series("mutual inf.", "mutualInformation"),
    ],
    references: [
      ...history.references("collapse H", "collapse.entropy.representations"),
      ...(ceilingIsNear(history)
        ? history.references("ceiling", "ceiling")
        : []),
    ],
  };
}

function ratioPanel(
  history: History,
  title: string,
  key: "mir" | "hdr",
): Panel {
  const color = paletteColor(key === "mir" ? 0 : 1);
  return {
    title,
    series: [
      { ...history.series(title, key), color },
      ...history.shuffled(key),
    ],
    references: [
      ...history.references("collapse", `collapse.${key}`),
      ...history.references("random", `random.${key}.mean`, "dot"),
    ],
  };
}

function extraPanels(history: History): Panel[] {
  const accuracy = history.listed("accuracy", "accuracy");
  const loss = history.listed("loss", "loss");
  return [
    ...(accuracy.length === 0 ? [] : [{ title: "accuracy", series: accuracy }]),
    ...(loss.length === 0 ? [] : [{ title: "loss", series: loss }]),
  ];
}

/** "N = 1000 samples, C = 10 classes; shuffled: mean ± sd of 20 permutations". */
function setting(history: History): string {
  const samples = history.last("samples");
  const classes = history.last("classes");
  const permutations = history.last("reference.shuffled.permutations");
  const size = [
    ...(samples === undefined ? [] : [`N = ${samples} samples`]),
    ...(classes === undefined ? [] : [`C = ${classes} classes`]),
  ].join(", ");
  const ceiling = history.last("reference.ceiling");
  return [
    ...(size === "" ? [] : [size]),
    ...(ceiling === undefined || ceilingIsNear(history)
      ? []
      : [`no entropy above log N = ${formatNumber(ceiling)}`]),
    ...(permutations === undefined
      ? []
      : [`shuffled: mean ± sd of ${permutations} permutations`]),
  ].join("; ");
}

/**
 * Entropies and mutual information, MIR, HDR, and accuracy and loss where the records have them, as
 * panels over one time axis.
 *
 * Dashed lines are the values at exact neural collapse for these very labels, dotted ones the mean for
 * random features (both of the last record); the bands are what shuffled labels give, mean ± sd. Without a `reference` in the
 * records the figure says so under the plot, because a MIR alone means nothing.
 *
 * @param history one record an epoch; `interplay` of the metrics gives what is needed.
 * @param options titles.
 * @returns a figure.
 * @throws ShapeError for no record or one without a needed number; OptionsError.
 *
 * @example
 * ```ts
 * import { interplayPlot } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = interplayPlot([
 *   { epoch: 1, entropy: { representations: 1.2, head: 2.1 }, mutualInformation: 1.1, mir: 0.9, hdr: 0.4 },
 *   { epoch: 2, entropy: { representations: 2.0, head: 2.1 }, mutualInformation: 1.8, mir: 0.9, hdr: 0.1 },
 * ]);
 * assertEquals(figure.notes.length, 1); // no reference: it says so
 * ```
 *
 * @see Song, Tan, Zou, Ma, Huang: Unveiling the Dynamics of Information Interplay in Supervised
 * Learning, ICML 2024, Figure 1.
 */
export function interplayPlot(
  history: readonly InterplayPoint[],
  options: HistoryPlotOptions = {},
): Figure {
  return panelFigure(interplayChart(history, options));
}

/** What {@linkcode interplayPlot} draws. */
export function interplayChart(
  history: readonly InterplayPoint[],
  options: HistoryPlotOptions = {},
): PanelChart {
  const check = new Check("draw the interplay");
  const settings = check.options(historyPlotSchema, options);
  const records = new History(check, history);
  const alone = records.last("reference.collapse.mir") === undefined;
  const subtitle = [settings.subtitle ?? "", setting(records)]
    .filter((line) => line !== "").join("; ");
  return {
    title: settings.title ?? "Information interplay",
    subtitle,
    description: settings.description,
    notes: alone ? [NO_REFERENCE] : [],
    x: settings.x,
    naming: "direct",
    panels: [
      entropyPanel(records),
      ratioPanel(records, "MIR", "mir"),
      ratioPanel(records, "HDR", "hdr"),
      ...extraPanels(records),
    ],
  };
}
