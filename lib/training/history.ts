import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import type { InterplayMeasures } from "./evaluate.ts";

/** What is kept of an epoch: numbers only, measured on the whole test set. */
export interface EpochRecord extends InterplayMeasures {
  /** Passes over the training set so far; 0 is before training. */
  readonly epoch: number;
  /** Steps so far. */
  readonly step: number;
  /** At the last step; before training, at the first to come. */
  readonly learningRate: number;
  /** Mean over the steps of this epoch, in nats; NaN before training. */
  readonly trainLoss: number;
  /** Mean cross-entropy on the test set, in nats. */
  readonly loss: number;
  /** Share of the test set that is classified rightly. */
  readonly accuracy: number;
}

/** How a run ended, if it has. */
export type Outcome = "running" | "completed" | "stopped" | "failed";

/** The record of a run, and how it was made. */
export interface History extends Displayable {
  /** One record an epoch, the first before training. */
  readonly epochs: readonly EpochRecord[];
  /** Training loss of each step, in nats. */
  readonly stepLosses: readonly number[];
  /** "stopped" by its signal or its reader, "failed" by an error. */
  readonly outcome: Outcome;
  /** Name of the model. */
  readonly model: string;
  /** Names of the data. */
  readonly data: { readonly train: string; readonly test: string };
  /** Where tensors were computed. */
  readonly backend: string;
  /** The options, with what was left out filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}

function display(history: Omit<History, keyof Displayable>): MimeBundle {
  return renderTable({
    caption: `${history.model} on ${history.data.train}, ${history.outcome}`,
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
export function showableHistory(
  history: Omit<History, keyof Displayable | "epochs" | "stepLosses"> & {
    epochs: EpochRecord[];
    stepLosses: number[];
  },
): typeof history & Displayable {
  return displayable(history, display);
}
