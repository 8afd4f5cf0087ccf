/**
 * What is known of a run while it goes on, gathered from its events, and the chart of it. Events are known by
 * their fields: nothing here imports the loops that emit them.
 *
 * @module
 */

import { formatNumber } from "../core/table.ts";
import { LossTrace } from "./_loss_trace.ts";
import type { Panel, PanelChart } from "./_panel_chart.ts";
import {
  interplayChart,
  type InterplayPoint,
  type InterplayReference,
} from "./interplay_plot.ts";

/** A step as loops tell it. */
interface Step {
  readonly step: number;
  readonly loss: number;
  readonly steps?: number;
}

/** A measurement as loops tell it: numbers, as far as there are any. */
interface Measured {
  readonly epoch?: number;
  readonly step?: number;
  readonly loss?: number;
  readonly accuracy?: number;
  readonly mir?: number;
  readonly hdr?: number;
  readonly entropy?: unknown;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function stepOf(event: unknown): Step | undefined {
  if (!isRecord(event) || event["type"] !== "step") return undefined;
  const { step, loss, steps } = event;
  if (typeof step !== "number" || typeof loss !== "number") return undefined;
  return { step, loss, ...(typeof steps === "number" ? { steps } : {}) };
}

function measuredOf(event: unknown): Measured | undefined {
  if (!isRecord(event) || event["type"] !== "epoch") return undefined;
  return isRecord(event["record"]) ? event["record"] : undefined;
}

/** A measurement with the step it belongs to. */
type Placed = Measured & { readonly at: number };

/** Whether there is what the panels of the interplay need. */
function isPoint(record: Placed): record is Placed & InterplayPoint {
  return isRecord(record.entropy) && "mutualInformation" in record &&
    typeof record.mir === "number" && typeof record.hdr === "number";
}

function seriesOf(
  records: readonly Placed[],
  key: "accuracy" | "loss",
  name: string,
): Panel["series"] {
  const known = records.filter((record) => typeof record[key] === "number");
  if (known.length === 0) return [];
  return [{
    name,
    x: Float64Array.from(known, ({ at }) => at),
    y: Float64Array.from(known, (record) => record[key] ?? NaN),
  }];
}

/** Three digits are enough for a line that changes five times a second; an epoch is a whole number. */
function short(value: number): string {
  return Number.isInteger(value)
    ? String(value)
    : formatNumber(Number(value.toPrecision(3)));
}

/** A run as far as it has got. */
export class LiveState {
  readonly #losses = new LossTrace();
  readonly #records: Placed[] = [];
  readonly #reference: InterplayReference | undefined;
  #step = 0;
  #steps: number | undefined;

  /** `reference` stands for that of records which bring none. */
  constructor(reference: InterplayReference | undefined) {
    this.#reference = reference;
  }

  /** Steps so far. */
  get step(): number {
    return this.#step;
  }

  /** Steps of the whole run, once a step has told. */
  get steps(): number | undefined {
    return this.#steps;
  }

  /** Takes an event; says whether it was a measurement, after which the picture is worth drawing. */
  take(event: unknown): "step" | "measured" | "other" {
    const step = stepOf(event);
    if (step !== undefined) {
      this.#step = step.step;
      this.#steps = step.steps ?? this.#steps;
      this.#losses.add(step.step, step.loss);
      return "step";
    }
    const measured = measuredOf(event);
    if (measured === undefined) return "other";
    this.#records.push({ ...measured, at: measured.step ?? this.#step });
    return "measured";
  }

  /** "epoch 3 · loss 0.53 · accuracy 0.91 · MIR 0.55 · HDR 0.12", of the last measurement. */
  get words(): string {
    const last = this.#records.at(-1);
    if (last === undefined) return "";
    const named: [string, number | undefined][] = [
      ["epoch", last.epoch],
      ["loss", last.loss],
      ["accuracy", last.accuracy],
      ["MIR", last.mir],
      ["HDR", last.hdr],
    ];
    return named.filter(([, value]) => typeof value === "number")
      .map(([name, value = NaN]) => `${name} ${short(value)}`).join(" · ");
  }

  /** The chart of all so far; `undefined` before there is anything to draw. */
  chart(title: string, subtitle: string): PanelChart | undefined {
    const points = this.#records.filter(isPoint);
    if (points.length === 0 || points.length < this.#records.length) {
      return this.#plainChart(title, subtitle);
    }
    const chart = interplayChart(
      points.map((point) => this.#onSteps(point)),
      { title, subtitle, x: { title: "step" } },
    );
    const others = chart.panels.filter((panel) => panel.title !== "loss");
    return {
      ...chart,
      notes: [...chart.notes ?? [], ...this.#notes],
      panels: [...others, ...this.#lossPanels],
    };
  }

  /** Without information metrics: accuracy and loss alone. */
  #plainChart(title: string, subtitle: string): PanelChart | undefined {
    const accuracy = seriesOf(this.#records, "accuracy", "accuracy");
    const panels = [
      ...(accuracy.length === 0
        ? []
        : [{ title: "accuracy", series: accuracy }]),
      ...this.#lossPanels,
    ];
    if (panels.length === 0) return undefined;
    const notes = this.#notes;
    return {
      title,
      subtitle,
      notes,
      x: { title: "step" },
      naming: "direct",
      panels,
    };
  }

  /** Over steps, so that losses and measurements share an axis. */
  #onSteps(point: Placed & InterplayPoint): InterplayPoint {
    const reference = point.reference ?? this.#reference;
    return {
      ...point,
      epoch: point.at,
      ...(reference === undefined ? {} : { reference }),
    };
  }

  get #lossPanels(): Panel[] {
    const train = this.#losses.series("train loss");
    const series = [
      ...(train === undefined ? [] : [train]),
      ...seriesOf(this.#records, "loss", "test loss"),
    ];
    return series.length === 0 ? [] : [{ title: "loss", series }];
  }

  get #notes(): string[] {
    const width = this.#losses.stepsPerBucket;
    return width === 1
      ? []
      : [`Train loss: mean of ${width} steps each, and their range.`];
  }
}
