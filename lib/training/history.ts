import * as tf from "@tensorflow/tfjs";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import { libraryVersion } from "../core/version.ts";
import { checksum, type DataSet, type Samples } from "../data/data_set.ts";
import type { Evaluation, InterplayMeasures } from "./evaluate.ts";

/** What was measured of one set of weights. */
export interface MeasuredWeights extends InterplayMeasures {
  /** Mean cross-entropy on the test set, in nats. */
  readonly loss: number;
  /** Share of the test set that is classified rightly. */
  readonly accuracy: number;
}

/** What is kept of a measurement: numbers only, measured on the whole test set. */
export interface EpochRecord extends MeasuredWeights {
  /** Passes over the training set so far; 0 is before training. */
  readonly epoch: number;
  /** Steps so far. */
  readonly step: number;
  /** At the last step; before training, at the first to come. */
  readonly learningRate: number;
  /** Mean over the steps since the record before, in nats; NaN before training. */
  readonly trainLoss: number;
  /** Means over the same steps of what their events call `parts`: terms of the loss, accuracy, and so on. */
  readonly parts: Readonly<Record<string, number>>;
  /** The same of the averaged weights, where both are measured. */
  readonly ema?: MeasuredWeights;
}

/** How a run ended, if it has. */
export type Outcome = "running" | "completed" | "stopped" | "failed";

/** A data set, by what identifies it. */
export interface DataRecord {
  /** What it is and how it came about. */
  readonly name: string;
  /** SHA-256 of shape, inputs and labels. */
  readonly checksum: string;
  /** Number of samples. */
  readonly samples: number;
  /** Number of classes; 0 of samples without labels. */
  readonly classes: number;
}

/** The best measurement of a run that looks for one. */
export interface BestRecord {
  /** Path of the number in the record. */
  readonly metric: string;
  /** Its value. */
  readonly value: number;
  /** When. */
  readonly epoch: number;
  /** When. */
  readonly step: number;
}

/** What computed a run. */
export interface Versions {
  /** Of this library. */
  readonly interplay: string;
  /** Of Deno. */
  readonly deno: string;
  /** Of tfjs. */
  readonly tfjs: string;
}

/** The record of a run, and how it was made: plain data, which JSON holds but for NaN. */
export interface History extends Displayable {
  /** The kind of training. */
  readonly kind: string;
  /** One record a measurement, the first before training. */
  readonly epochs: readonly EpochRecord[];
  /** Training loss of each step, in nats. */
  readonly stepLosses: readonly number[];
  /** "stopped" by its signal or its reader, "failed" by an error; an early stop completes a run. */
  readonly outcome: Outcome;
  /** The best measurement, where an early stop looks for it. */
  readonly best?: BestRecord;
  /** Name of the model. */
  readonly model: string;
  /** The data, by role. */
  readonly data: Readonly<Record<string, DataRecord>>;
  /** Where tensors were computed. */
  readonly backend: string;
  /** What computed it. */
  readonly versions: Versions;
  /**
   * The options, with what was left out filled in; functions by their name. Signal and checkpoint are no
   * part of the mathematics and are left out.
   */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A history that can still be written to. */
export type GrowingHistory =
  & Omit<History, "epochs" | "stepLosses" | "outcome" | "best" | "versions">
  & {
    readonly epochs: EpochRecord[];
    readonly stepLosses: number[];
    outcome: Outcome;
    best?: BestRecord;
    versions: Versions;
  };

/** What identifies samples, with their labels if they have any. */
function dataRecord(data: Samples | DataSet): DataRecord {
  const { labels, classes } = "labels" in data
    ? data
    : { labels: new Int32Array(), classes: 0 };
  const { name, inputs, shape } = data;
  return {
    name,
    checksum: checksum({ inputs, shape, labels, classes }),
    samples: shape[0]!,
    classes,
  };
}

/** The numbers of an evaluation. */
export function measuredWeights(
  { loss, accuracy, measures }: Evaluation,
): MeasuredWeights {
  return { loss, accuracy, ...measures };
}

function display(history: Omit<History, keyof Displayable>): MimeBundle {
  const data = Object.values(history.data).map(({ name }) => name)[0];
  return renderTable({
    caption: `${history.model} on ${data}, ${history.outcome}`,
    columns: [
      "epoch",
      "train loss",
      "test loss",
      "accuracy",
      "H(Z)",
      "H(W)",
      "MIR",
      "HDR",
      "NC1",
      "N",
    ],
    rows: history.epochs.map((e) => [
      e.epoch,
      e.trainLoss,
      e.loss,
      e.accuracy,
      e.entropy.representations,
      e.entropy.head,
      e.mir,
      e.hdr,
      e.nc1.pinv,
      e.samples,
    ]),
  });
}

/** Attaches the display. The lists and the outcome may still grow and change. */
export function showableHistory<T extends Omit<History, keyof Displayable>>(
  history: T,
): T & Displayable {
  return displayable(history, display);
}

/** A record that says how the run is made, and waits for its measurements. */
export function emptyHistory(
  { kind, model, data, options }: {
    kind: string;
    model: { readonly name: string };
    data: Readonly<Record<string, Samples | DataSet>>;
    options: Readonly<Record<string, unknown>>;
  },
): GrowingHistory {
  const records = Object.entries(data).map(([role, set]) =>
    [role, dataRecord(set)] as const
  );
  const history = {
    kind,
    epochs: [],
    stepLosses: [],
    outcome: "running" as Outcome,
    model: model.name,
    data: Object.fromEntries(records),
    backend: tf.getBackend(),
    versions: {
      interplay: libraryVersion,
      deno: Deno.version.deno,
      tfjs: tf.version.tfjs,
    },
    options,
  };
  return showableHistory(history);
}
