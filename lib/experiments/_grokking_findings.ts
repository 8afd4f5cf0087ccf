/**
 * What a run of grokking has gone through: its milestones, and the course of MIR and HDR between them.
 *
 * @module
 */

import { Table } from "./_table.ts";
import type { Observations } from "./experiment.ts";
import type {
  GrokkingColumns,
  GrokkingConfig,
  GrokkingShape,
} from "./grokking.ts";
import type { ReferenceColumns } from "./reference_columns.ts";

/** Training accuracy from which on the pairs count as memorized. */
const MEMORIZED = 0.999;

/** Test accuracy at which generalization is under way. */
const HALFWAY = 0.5;

/** Test accuracy from which on the network has generalized. */
export const GENERALIZED = 0.95;

/** The middle of some numbers; NaN where there are none. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN,
    sorted[Math.floor(sorted.length / 2)] ?? NaN,
  ];
  return (low + high) / 2;
}

/** One of the four ratios over the run. */
export interface Course {
  readonly start: number;
  readonly shelf: number;
  readonly peak: number;
  readonly end: number;
}

/** What the claims are judged by. */
export class Findings {
  readonly config: GrokkingConfig;
  readonly steps: Table<GrokkingColumns>;
  readonly references: readonly ReferenceColumns[];
  readonly memorizedAt: number;
  readonly turnsAt: number;
  readonly generalizedAt: number;
  readonly #waiting: Table<GrokkingColumns>;
  readonly #turning: Table<GrokkingColumns>;

  constructor({ config, rows }: Observations<GrokkingShape>) {
    this.config = config;
    this.steps = new Table(rows.steps);
    this.references = rows.references;
    this.memorizedAt = this.#stepOf("trainAccuracy", MEMORIZED);
    this.turnsAt = this.#stepOf("accuracy", HALFWAY);
    this.generalizedAt = this.#stepOf("accuracy", GENERALIZED);
    this.#waiting = this.#between(this.memorizedAt, this.turnsAt - 1);
    this.#turning = this.#between(this.turnsAt, Infinity);
  }

  course(column: "mir" | "hdr" | "batchMir" | "batchHdr"): Course {
    const { steps } = this;
    const turning = this.#turning.column(column);
    return {
      start: steps.first(column),
      shelf: median(this.#waiting.column(column)),
      peak: turning.length === 0 ? NaN : Math.max(...turning),
      end: Number.isNaN(this.generalizedAt) ? NaN : steps.last(column),
    };
  }

  /** Where HDR is largest from the turn on, and the training loss before and after. */
  get peak(): { step: number; before: number; after: number } {
    const highest = this.#turning.highest("hdr");
    const row = this.#turning.rows.find(({ hdr }) => hdr === highest);
    const step = row?.step ?? NaN;
    const [before, after] = [
      this.#between(1, step - 1),
      this.#between(step, Infinity),
    ].map((rows) => rows.column("trainLoss"));
    return {
      step,
      before: row ? Math.min(...before!) : NaN,
      after: row ? Math.max(...after!) : NaN,
    };
  }

  #stepOf(column: "accuracy" | "trainAccuracy", level: number): number {
    return this.steps.rows.find((row) => row[column] >= level)?.step ?? NaN;
  }

  #between(first: number, last: number): Table<GrokkingColumns> {
    return new Table(
      this.steps.rows.filter(({ step }) => step >= first && step <= last),
    );
  }
}
