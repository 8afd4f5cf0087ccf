import { intervalColumns } from "../core/chart.ts";
import { interval, type IntervalRecord } from "./_interval.ts";
import { ALONE, type Arm, NONE, plain } from "./_semi_supervised_arms.ts";
import { Table } from "./_table.ts";
import type {
  SemiSupervisedColumns,
  SemiSupervisedConfig,
  SemiSupervisedCourseColumns,
  SemiSupervisedEpochColumns,
  SemiSupervisedGainColumns,
  SemiSupervisedSettingColumns,
} from "./semi_supervised.ts";

/** The measurements of all runs, as comparisons look at them. */
export class Findings {
  readonly #rows: readonly SemiSupervisedEpochColumns[];
  readonly #config: SemiSupervisedConfig;

  constructor(
    rows: readonly SemiSupervisedEpochColumns[],
    config: SemiSupervisedConfig,
  ) {
    this.#rows = rows;
    this.#config = config;
  }

  /** Steps after which this way was measured. */
  stepsOf(arm: Arm): number[] {
    return [...new Set(this.#of(arm).map(({ step }) => step))];
  }

  /** A number over seeds, after as many steps; at the end if none are given. */
  over(
    arm: Arm,
    column: keyof SemiSupervisedColumns,
    step: number = this.#end,
  ): IntervalRecord {
    const rows = this.#of(arm).filter((row) => row.step === step);
    return interval(new Table(rows).column(column), this.#config.level);
  }

  /** Difference in accuracy from another way, seed by seed; at the end if no step is given. */
  gain(arm: Arm, other: Arm, step: number = this.#end): IntervalRecord {
    const others = this.#of(other).filter((row) => row.step === step);
    const differences = this.#of(arm).filter((row) => row.step === step)
      .map(({ seed, accuracy }) =>
        accuracy - (others.find((row) => row.seed === seed)?.accuracy ?? NaN)
      );
    return interval(differences, this.#config.level);
  }

  get #end(): number {
    return this.#config.training.steps;
  }

  #of({ method, term }: Arm): SemiSupervisedEpochColumns[] {
    return this.#rows.filter((row) =>
      row.method === method && row.term === term
    );
  }
}

/** A mean with its interval, as columns of a table. */
function banded<Name extends string>(
  name: Name,
  { mean, low, high }: IntervalRecord,
) {
  const columns = intervalColumns(name);
  return { [name]: mean, [columns.low]: low, [columns.high]: high } as Record<
    Name | `${Name}.low` | `${Name}.high`,
    number
  >;
}

/** The units of what is measured of each network. */
export const MEASURED_UNITS: Readonly<
  Record<keyof SemiSupervisedColumns, string>
> = {
  accuracy: "1",
  loss: "nats",
  maskRate: "1",
  pseudoLabelAccuracy: "1",
  pseudoLabelEntropy: "nats",
  entropyRepresentations: "nats",
  entropyHead: "nats",
  mutualInformation: "nats",
  mir: "1",
  hdr: "1",
};

/** The units of gains. */
export const GAIN_UNITS: Readonly<
  Record<keyof SemiSupervisedGainColumns, string>
> = {
  overSupervised: "1",
  "overSupervised.low": "1",
  "overSupervised.high": "1",
  overPlain: "1",
  "overPlain.low": "1",
  "overPlain.high": "1",
};

function gainColumns(
  findings: Findings,
  arm: Arm,
  step?: number,
): SemiSupervisedGainColumns {
  const over = (other: Arm) => findings.gain(arm, other, step);
  return {
    ...banded("overSupervised", over(ALONE)),
    ...banded("overPlain", over(plain(arm.method))),
  };
}

/** All seeds after as many steps; a mean is over those that have the number. */
export function courseColumns(
  findings: Findings,
  arm: Arm,
  step: number,
): SemiSupervisedCourseColumns {
  const names = Object.keys(MEASURED_UNITS) as (keyof SemiSupervisedColumns)[];
  const means = names.map((name) => [
    name,
    findings.over(arm, name, step).mean,
  ]);
  return {
    ...arm,
    step,
    ...Object.fromEntries(means) as unknown as SemiSupervisedColumns,
    ...gainColumns(findings, arm, step),
  };
}

/** One way to train at the end. */
export function settingColumns(
  findings: Findings,
  arm: Arm,
  { terms }: SemiSupervisedConfig,
): SemiSupervisedSettingColumns {
  const accuracy = findings.over(arm, "accuracy");
  return {
    ...arm,
    lambda: arm.term === NONE ? 0 : terms[arm.term],
    seeds: accuracy.n,
    ...banded("accuracy", accuracy),
    ...gainColumns(findings, arm),
  };
}
