import type {
  Chart,
  ChartLine,
  ChartPanel,
  ChartReference,
} from "../core/chart.ts";
import { formatNumber } from "../core/table.ts";
import {
  ALONE,
  type Arm,
  NAMES,
  NONE,
  plain,
  SIGNS,
  SUPERVISED,
  tried,
} from "./_semi_supervised_arms.ts";
import type { Observations } from "./experiment.ts";
import { hdrReferences, mirReferences } from "./reference_columns.ts";
import type { SemiSupervisedShape as Shape } from "./semi_supervised.ts";

const DASHES = ["dash", "dot", "dashdot"] as const;

function label({ method, term }: Arm): string {
  return term === NONE ? NAMES[method] : `${NAMES[method]}, ${SIGNS[term]}`;
}

/** A line for each way to train; the first is solid. */
function lines(
  arms: readonly Arm[],
  column: string,
  also: Readonly<Record<string, number>> = {},
): ChartLine[] {
  return arms.map((arm, i) => ({
    column,
    label: label(arm),
    where: { method: arm.method, term: arm.term, ...also },
    ...(i === 0 ? {} : { dash: DASHES[(i - 1) % DASHES.length]! }),
  }));
}

const STEPS = { column: "step", title: "step" } as const;

function seedsNote({ seeds, level, labels }: Shape["config"]): string {
  return `${labels} labels a class, drawn anew for each of ${seeds} seeds. Lines are means, bands of gains ${
    formatNumber(100 * level)
  } % intervals of differences seed by seed.`;
}

function chance({ data }: Observations<Shape>): ChartReference {
  return { label: "chance", value: 1 / data.test.classes, dash: "dot" };
}

function interplayPanels(
  { rows }: Observations<Shape>,
  arms: readonly Arm[],
): ChartPanel[] {
  return [
    {
      title: "MIR",
      lines: lines(arms, "mir"),
      references: mirReferences(rows.references),
    },
    {
      title: "HDR",
      lines: lines(arms, "hdr"),
      references: hdrReferences(rows.references),
    },
  ];
}

function methodsChart(observations: Observations<Shape>): Chart {
  const { config } = observations;
  const methods = config.methods.map(plain);
  const all = [...methods, ALONE];
  return {
    name: "methods",
    title: "Learning from few labels",
    table: "courses",
    x: STEPS,
    panels: [
      {
        title: "accuracy",
        lines: lines(all, "accuracy"),
        references: [chance(observations)],
      },
      {
        title: "gain in accuracy",
        lines: lines(methods, "overSupervised"),
        references: [{ label: NAMES[SUPERVISED], value: 0, dash: "dot" }],
      },
      { title: "believed", lines: lines(methods, "maskRate") },
      {
        title: "of those, right",
        lines: lines(methods, "pseudoLabelAccuracy"),
        references: [chance(observations)],
      },
      ...interplayPanels(observations, all),
    ],
    notes: [seedsNote(config)],
  };
}

/** One panel a method: what each term adds to it. */
function termsChart({ config }: Observations<Shape>): Chart {
  const factors = tried(config).map((term) =>
    `λ = ${config.terms[term]} in ${SIGNS[term]}`
  );
  return {
    name: "terms",
    title: "Information terms beside each method",
    table: "courses",
    x: STEPS,
    panels: config.methods.map((method) => ({
      title: `gain over ${NAMES[method]}`,
      lines: lines(
        tried(config).map((term) => ({ method, term })),
        "overPlain",
      ),
      references: [
        { label: `${NAMES[method]} alone`, value: 0, dash: "dot" },
        { label: "worthwhile", value: config.worthwhile },
      ],
    })),
    notes: [
      seedsNote(config),
      ...(factors.length > 0 ? [`${factors.join(", ")}.`] : []),
    ],
  };
}

function informationChart(observations: Observations<Shape>): Chart {
  const { config } = observations;
  const method = config.methods.at(-1)!;
  const arms = [NONE, ...tried(config)].map((term) =>
    ({ method, term }) as Arm
  );
  const all = [...arms, ALONE];
  return {
    name: "information",
    title: `Information beside ${NAMES[method]}`,
    table: "courses",
    x: STEPS,
    panels: [
      ...interplayPanels(observations, all),
      { title: "MI (nats)", lines: lines(all, "mutualInformation") },
      {
        title: "H of features (nats)",
        lines: lines(all, "entropyRepresentations"),
      },
      { title: "H of head (nats)", lines: lines(all, "entropyHead") },
    ],
    notes: [seedsNote(config)],
  };
}

/** What the methods believe in, class by class, of the first seed. */
function classesChart({ config, data, rows }: Observations<Shape>): Chart {
  const { batchSize, ratio } = config.training;
  const seed = rows.classes[0]?.seed ?? NaN;
  return {
    name: "classes",
    title: "Believed pseudo-labels of each class",
    table: "classes",
    x: { column: "class", title: "class" },
    panels: [{
      title: "believed a step",
      lines: lines(config.methods.map(plain), "believed", { seed }),
      references: [{
        label: "all believed, classes alike",
        value: batchSize * ratio / data.train.classes,
      }],
    }],
    notes: [
      `Seed ${seed}, means over the last steps, since the measurement before.`,
    ],
  };
}

/** How the tables are drawn, the most telling chart first. */
export function semiSupervisedCharts(
  observations: Observations<Shape>,
): readonly Chart[] {
  return [
    methodsChart(observations),
    ...(tried(observations.config).length > 0
      ? [termsChart(observations)]
      : []),
    informationChart(observations),
    classesChart(observations),
  ];
}
