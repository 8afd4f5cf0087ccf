/**
 * What the trainings of `crossModalAlignment` amount to.
 *
 * @module
 */

import {
  type Chart,
  type ChartLine,
  type ChartPanel,
  intervalColumns,
} from "../core/chart.ts";
import { formatNumber } from "../core/table.ts";
import {
  type AlignmentMethod,
  type AlignmentSetting,
  ALONE,
  CROSS_ENTROPY,
  SIGNS,
  sweptSettings,
  weightsOf,
} from "./_alignment_methods.ts";
import { interval, type IntervalRecord } from "./_interval.ts";
import { Table } from "./_table.ts";
import type {
  AlignmentColumns,
  AlignmentComparisonColumns,
  AlignmentRunColumns,
  BaseToNewColumns,
  BaseToNewComparisonColumns,
  BaseToNewRunColumns,
  CrossModalAlignmentConfig,
  CrossModalAlignmentShape,
  CrossModalAlignmentSummary,
} from "./cross_modal_alignment.ts";
import type { Conclusion, Observations } from "./experiment.ts";
import type { Units } from "./result.ts";

type Shape = CrossModalAlignmentShape;
type Config = CrossModalAlignmentConfig;
type Method = AlignmentSetting["method"];

const { low: LOW, high: HIGH } = intervalColumns("difference") as {
  low: "difference.low";
  high: "difference.high";
};

const MEASURED_UNITS: Readonly<Record<keyof AlignmentColumns, string>> = {
  accuracy: "1",
  loss: "nats",
  similarity: "1",
  gap: "1",
  imageToText1: "1",
  imageToText5: "1",
  textToImage1: "1",
  textToImage5: "1",
};

const BASE_TO_NEW_UNITS: Readonly<Record<keyof BaseToNewColumns, string>> = {
  base: "1",
  new: "1",
  harmonic: "1",
  newSimilarity: "1",
};

const SETTING_UNITS = { method: "text", weight: "1" };
const DIFFERENCE_UNITS = {
  seeds: "1",
  difference: "1",
  [LOW]: "1",
  [HIGH]: "1",
};
const PART_UNITS = { part: "text", shots: "1" };

/** The units of all tables. */
export const alignmentUnits: Units<Shape> = {
  runs: { ...PART_UNITS, seed: "1", ...SETTING_UNITS, ...MEASURED_UNITS },
  settings: {
    ...PART_UNITS,
    ...SETTING_UNITS,
    ...DIFFERENCE_UNITS,
    ...MEASURED_UNITS,
  },
  zeroShot: { ...MEASURED_UNITS, ...BASE_TO_NEW_UNITS },
  baseToNewRuns: { seed: "1", ...SETTING_UNITS, ...BASE_TO_NEW_UNITS },
  baseToNew: { ...SETTING_UNITS, ...DIFFERENCE_UNITS, ...BASE_TO_NEW_UNITS },
};

/** Column by column, the mean over rows. */
function means<C extends string>(
  rows: readonly Readonly<Record<C, number>>[],
  units: Readonly<Record<C, string>>,
): Record<C, number> {
  const table = new Table(rows);
  const names = Object.keys(units) as C[];
  return Object.fromEntries(names.map((name) => [
    name,
    table.column(name).reduce((a, b) => a + b, 0) / rows.length,
  ])) as Record<C, number>;
}

/** The weight of a method with the best mean accuracy in the sweep; the smallest of several. */
export function bestWeight(
  runs: readonly AlignmentRunColumns[],
  method: AlignmentMethod,
): number {
  const own = runs.filter((run) =>
    run.part === "sweep" && run.method === method
  );
  const tried = [...new Set(own.map(({ weight }) => weight))];
  const accuracy = (weight: number) =>
    means(own.filter((run) => run.weight === weight), MEASURED_UNITS).accuracy;
  return tried.toSorted((a, b) => accuracy(b) - accuracy(a) || a - b)[0] ?? NaN;
}

/** The difference of `column` from cross-entropy alone, seed by seed. */
function differenceFromAlone<R extends { seed: number; method: string }>(
  own: readonly R[],
  all: readonly R[],
  { column, level }: { column: keyof R; level: number },
) {
  const differences = own.map((run) => {
    const alone = all.find(({ seed, method }) =>
      method === ALONE && seed === run.seed
    );
    return Number(run[column]) - Number(alone?.[column]);
  });
  const { mean, low, high, n } = interval(differences, level);
  return { seeds: n, difference: mean, [LOW]: low, [HIGH]: high };
}

/** One way to train, of one part and number of shots. */
function settingRow(
  runs: readonly AlignmentRunColumns[],
  { method, weight }: AlignmentSetting,
  level: number,
): AlignmentComparisonColumns {
  const own = runs.filter((run) =>
    run.method === method && run.weight === weight
  );
  const { part = "", shots = NaN } = own[0] ?? {};
  return {
    ...{ part, shots, method, weight },
    ...differenceFromAlone(own, runs, { column: "accuracy", level }),
    ...means(own, MEASURED_UNITS),
  };
}

/** Cross-entropy alone, and every method with the weight that the sweep chose. */
function chosenSettings(
  runs: readonly AlignmentRunColumns[],
  { methods }: Config,
): AlignmentSetting[] {
  return [
    CROSS_ENTROPY,
    ...methods.map((method) => ({ method, weight: bestWeight(runs, method) })),
  ];
}

/** Every way to train over its seeds. Intervals of the sweep hold for all weights of a method together. */
export function settingRows(
  runs: readonly AlignmentRunColumns[],
  config: Config,
): AlignmentComparisonColumns[] {
  const { level } = config;
  const sweep = runs.filter(({ part }) => part === "sweep");
  const swept = sweptSettings(config).map((setting) => {
    const weights = setting.method === ALONE
      ? 1
      : weightsOf(config, setting.method).length;
    return settingRow(sweep, setting, 1 - (1 - level) / weights);
  });
  const compared = config.fewShot.flatMap(({ shots }) => {
    const own = runs.filter((run) =>
      run.part === "fewShot" && run.shots === shots
    );
    return chosenSettings(runs, config).map((each) =>
      settingRow(own, each, level)
    );
  });
  return [...swept, ...compared];
}

/** The same for base and new classes; none where there are no new ones. */
export function baseToNewRows(
  runs: readonly BaseToNewRunColumns[],
  { methods, level }: Config,
): BaseToNewComparisonColumns[] {
  if (runs.length === 0) return [];
  return [ALONE, ...methods].map((method) => {
    const own = runs.filter((run) => run.method === method);
    return {
      method,
      weight: own[0]?.weight ?? NaN,
      ...differenceFromAlone(own, runs, { column: "harmonic", level }),
      ...means(own, BASE_TO_NEW_UNITS),
    };
  });
}

/** A number of each seed, for comparison with another of the same seed. */
type BySeed = ReadonlyMap<number, number>;

/** Per seed, the mean of a column over its trainings; seeds that lack one of so many are left out. */
function bySeed(
  runs: readonly AlignmentRunColumns[],
  column: keyof AlignmentColumns,
  trainings: number,
): BySeed {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const groups = seeds.map((seed) =>
    [seed, runs.filter((run) => run.seed === seed)] as const
  );
  return new Map(
    groups.filter(([, own]) => own.length === trainings)
      .map(([seed, own]) => [seed, means(own, MEASURED_UNITS)[column]]),
  );
}

/** The accuracy of a method, over all numbers of shots. */
function accuracies(
  { config, rows }: Observations<Shape>,
  method: Method,
): BySeed {
  const own = rows.runs.filter((run) =>
    run.part === "fewShot" && run.method === method
  );
  return bySeed(own, "accuracy", config.fewShot.length);
}

/** How the accuracy of one method differs from that of another. */
function gain(
  seen: Observations<Shape>,
  [method, other]: readonly [Method, Method],
  comparisons = 1,
): IntervalRecord {
  const values = [accuracies(seen, method), accuracies(seen, other)] as const;
  return paired(seen, values, comparisons);
}

/**
 * What the class-wise loss adds to a column: its difference from `(1 − λ)·L_ce` with the same `λ` in the sweep, over
 * all `λ` below 1.
 */
function effect(
  seen: Observations<Shape>,
  column: keyof AlignmentColumns,
): IntervalRecord {
  const weights = weightsOf(seen.config, "weakened");
  const [added, alone] = (["classwise", "weakened"] as const).map((method) => {
    const own = seen.rows.runs.filter((run) =>
      run.part === "sweep" && run.method === method &&
      weights.includes(run.weight)
    );
    return bySeed(own, column, weights.length);
  }) as [BySeed, BySeed];
  return paired(seen, [added, alone]);
}

/** Per seed, the harmonic mean of base and new accuracy. */
function harmonics({ rows }: Observations<Shape>, method: Method): BySeed {
  const own = rows.baseToNewRuns.filter((run) => run.method === method);
  return new Map(own.map(({ seed, harmonic }) => [seed, harmonic]));
}

/** How `a` differs from `b`; NaN before all seeds have both. */
function paired(
  { config: { seeds, level } }: Observations<Shape>,
  [a, b]: readonly [BySeed, BySeed],
  comparisons = 1,
): IntervalRecord {
  const differences = [...a].map(([seed, x]) => x - (b.get(seed) ?? NaN));
  const found = interval(differences, 1 - (1 - level) / comparisons);
  return found.n === seeds ? found : interval([], level);
}

function average(values: BySeed): number {
  return [...values.values()].reduce((a, b) => a + b, 0) / values.size;
}

/** `true` if the interval lies above 0, `false` if below what is worthwhile, else it cannot be told. */
function isAbove({ low, high }: IntervalRecord, worthwhile: number) {
  if (low > 0) return true;
  return high < worthwhile ? false : null;
}

function inWords({ mean, low, high, n }: IntervalRecord): string {
  return `${formatNumber(mean)} [${formatNumber(low)}, ${
    formatNumber(high)
  }] over ${n} seeds`;
}

/** A claim that a difference is above 0. */
function claim(what: string, found: IntervalRecord, worthwhile: number) {
  if (found.n === 0) return { here: "not tried", holds: null };
  const here = `${what} ${inWords(found)}`;
  return { here, holds: isAbove(found, worthwhile) };
}

/** That one variant is above both others, by intervals that hold for both together. */
function bestClaim(seen: Observations<Shape>) {
  const { worthwhile } = seen.config;
  const [modal, all] = (["modal", "all"] as const).map((other) =>
    gain(seen, ["classwise", other], 2)
  ) as [IntervalRecord, IntervalRecord];
  if (modal.n === 0 || all.n === 0) return { here: "not tried", holds: null };
  const verdicts = [modal, all].map((each) => isAbove(each, worthwhile));
  return {
    here: `accuracy ${inWords(modal)} above modal, ${inWords(all)} above all`,
    holds: verdicts.includes(false)
      ? false
      : verdicts.includes(null)
      ? null
      : true,
  };
}

function summary(seen: Observations<Shape>): CrossModalAlignmentSummary {
  const { rows: { runs, zeroShot: [zero] } } = seen;
  const over = (method: AlignmentMethod) => gain(seen, [method, ALONE]);
  const classwise = over("classwise");
  const alone = harmonics(seen, ALONE);
  const harmonic = paired(seen, [harmonics(seen, "classwise"), alone]);
  return {
    zeroShotAccuracy: zero?.accuracy ?? NaN,
    crossEntropyAccuracy: average(accuracies(seen, ALONE)),
    classwiseAccuracy: average(accuracies(seen, "classwise")),
    classwiseLambda: bestWeight(runs, "classwise"),
    classwiseGain: classwise.mean,
    classwiseGainLow: classwise.low,
    classwiseGainHigh: classwise.high,
    modalGain: over("modal").mean,
    allGain: over("all").mean,
    vonNeumannEntropyGain: over("vonNeumannEntropy").mean,
    weakenedGain: over("weakened").mean,
    similarityGain: effect(seen, "similarity").mean,
    gapReduction: -effect(seen, "gap").mean,
    zeroShotHarmonic: zero?.harmonic ?? NaN,
    crossEntropyHarmonic: average(alone),
    harmonicGain: harmonic.mean,
    harmonicGainLow: harmonic.low,
    harmonicGainHigh: harmonic.high,
  };
}

/** The order of lines: what is compared first has the same colour in every panel. */
const DRAWN = [
  "classwise",
  "weakened",
  "modal",
  "all",
  "vonNeumannEntropy",
  ALONE,
] as const;

const DASHES = [undefined, "dash", "dot", "dashdot"] as const;

/** One line for each method, of one part. */
function lines(
  methods: readonly Method[],
  column: string,
  part: AlignmentRunColumns["part"],
): ChartLine[] {
  return methods.map((method, i) => {
    const dash = DASHES[i % DASHES.length];
    return {
      column,
      label: method === ALONE ? "CE" : SIGNS[method],
      where: { part, method },
      ...(dash ? { dash } : {}),
    };
  });
}

/** What there is to be drawn. */
function drawn({ methods }: Config): Method[] {
  return DRAWN.filter((method) => method === ALONE || methods.includes(method));
}

/** The difference from cross-entropy of the first two methods: more bands would hide each other. */
function differencePanel(
  methods: readonly Method[],
  { part, worthwhile }: { part: string; worthwhile: number },
): ChartPanel {
  return {
    title: "accuracy − CE",
    lines: lines(methods.slice(0, 2), "difference", part),
    references: [
      { label: "CE alone", value: 0, dash: "dot" },
      { label: "worthwhile", value: worthwhile },
    ],
  };
}

/** Columns over shots, with what they were before. */
function measuredPanels(
  { config, rows }: Observations<Shape>,
  titles: Partial<Record<keyof AlignmentColumns, string>>,
): ChartPanel[] {
  const columns = Object.entries(titles) as [keyof AlignmentColumns, string][];
  return columns.map(([column, title]) => ({
    title,
    lines: lines(drawn(config), column, "fewShot"),
    references: [{
      label: "zero-shot",
      value: rows.zeroShot[0]?.[column] ?? NaN,
      dash: "dot",
    }],
  }));
}

const SHOTS_AXIS = {
  column: "shots",
  title: "images of each class",
  log: true,
};

function shotsChart(seen: Observations<Shape>): Chart {
  const { config } = seen;
  const { level, seeds, worthwhile } = config;
  const added = drawn(config).filter((method) => method !== ALONE);
  return {
    name: "shots",
    title: `Few shots of two modalities, ${seeds} draws`,
    table: "settings",
    x: SHOTS_AXIS,
    panels: [
      differencePanel(added, { part: "fewShot", worthwhile }),
      ...measuredPanels(seen, {
        accuracy: "accuracy",
        similarity: "cosine",
        gap: "modality gap",
      }),
    ],
    notes: [
      `Each method with the weight that the sweep chose. The bands are intervals over draws of shots, each ${
        formatNumber(100 * level)
      } % sure; what another test set would give is not in them.`,
    ],
  };
}

function retrievalChart(seen: Observations<Shape>): Chart {
  return {
    name: "retrieval",
    title: "Retrieval among classes, both ways",
    table: "settings",
    x: SHOTS_AXIS,
    panels: measuredPanels(seen, {
      imageToText1: "image → text @1",
      imageToText5: "image → text @5",
      textToImage1: "text → image @1",
      textToImage5: "text → image @5",
    }),
  };
}

function sweepChart({ config, rows }: Observations<Shape>): Chart {
  const { level, sweep, worthwhile } = config;
  const shared = drawn(config).filter((method) =>
    method !== ALONE && method !== "vonNeumannEntropy"
  );
  const alone = rows.settings.find(({ part, method }) =>
    part === "sweep" && method === ALONE
  );
  return {
    name: "sweep",
    title: `The weight of each term, ${sweep.shots} shots`,
    table: "settings",
    x: { column: "weight", title: "λ" },
    panels: [
      differencePanel(shared, { part: "sweep", worthwhile }),
      {
        title: "cosine",
        lines: lines(shared, "similarity", "sweep"),
        references: [{
          label: "CE alone",
          value: alone?.similarity ?? NaN,
          dash: "dot",
        }],
      },
    ],
    notes: [
      `The bands are intervals over draws of shots, of all λ of a method together ${
        formatNumber(100 * level)
      } % sure.`,
    ],
  };
}

/** What the rows amount to; what is not there yet is NaN, and not told. */
export function conclude(seen: Observations<Shape>): Conclusion<Shape> {
  const { worthwhile } = seen.config;
  const above = (other: Method) =>
    claim("accuracy", gain(seen, ["classwise", other]), worthwhile);
  const harmonic = paired(seen, [
    harmonics(seen, "classwise"),
    harmonics(seen, ALONE),
  ]);
  return {
    summary: summary(seen),
    claims: {
      alignmentHelps: above(ALONE),
      alignmentBeatsVne: above("vonNeumannEntropy"),
      alignmentGeneralizes: claim("harmonic mean", harmonic, worthwhile),
      classwiseIsBest: bestClaim(seen),
      moreThanWeakening: above("weakened"),
      similarityRises: claim("cosine", effect(seen, "similarity"), worthwhile),
    },
    charts: [shotsChart(seen), sweepChart(seen), retrievalChart(seen)],
  };
}
