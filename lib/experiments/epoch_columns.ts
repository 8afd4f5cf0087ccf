import type { EpochRecord } from "../training/history.ts";

/** What is measured of a model on a whole test set, the same in every experiment that trains one. */
export interface EpochColumns {
  /** Passes over the training set so far; 0 is before training. */
  readonly epoch: number;
  /** Steps so far. */
  readonly step: number;
  /** Mean training loss since the last measurement, in nats. */
  readonly trainLoss: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** Share that is classified rightly. */
  readonly accuracy: number;
  /** Matrix entropy of the representations, in nats. */
  readonly entropyRepresentations: number;
  /** Matrix entropy of the head rows of the labels, in nats. */
  readonly entropyHead: number;
  /** Entropy of the Hadamard product of both Grams, in nats. */
  readonly entropyJoint: number;
  /** In nats. */
  readonly mutualInformation: number;
  /** Matrix mutual information ratio. */
  readonly mir: number;
  /** Matrix entropy difference ratio. */
  readonly hdr: number;
  /** `tr(Σ_W Σ_B⁺)/C`. */
  readonly nc1Pinv: number;
  /** `tr Σ_W / tr Σ_B`. */
  readonly nc1Quotient: number;
  /** Class-distance normalised variance. */
  readonly nc1Cdnv: number;
  /** Spread of the lengths of the centred class means, over their mean. */
  readonly nc2EquinormMeans: number;
  /** The same of the head rows. */
  readonly nc2EquinormHead: number;
  /** Mean distance of the cosines of class means from `−1/(C − 1)`. */
  readonly nc2EquiangularMeans: number;
  /** The same of the head rows. */
  readonly nc2EquiangularHead: number;
  /** Distance of the class means from a simplex frame. */
  readonly nc2EtfError: number;
  /** Distance of head and class means. */
  readonly nc3SelfDuality: number;
  /** Distance of their product from a simplex frame. */
  readonly nc3StructureError: number;
  /** Share of samples on which the head agrees with the nearest class mean. */
  readonly nc4Agreement: number;
}

/** The units of {@linkcode EpochColumns}. */
export const EPOCH_UNITS: Readonly<Record<keyof EpochColumns, string>> = {
  epoch: "epochs",
  step: "steps",
  trainLoss: "nats",
  loss: "nats",
  accuracy: "1",
  entropyRepresentations: "nats",
  entropyHead: "nats",
  entropyJoint: "nats",
  mutualInformation: "nats",
  mir: "1",
  hdr: "1",
  nc1Pinv: "1",
  nc1Quotient: "1",
  nc1Cdnv: "1",
  nc2EquinormMeans: "1",
  nc2EquinormHead: "1",
  nc2EquiangularMeans: "1",
  nc2EquiangularHead: "1",
  nc2EtfError: "1",
  nc3SelfDuality: "1",
  nc3StructureError: "1",
  nc4Agreement: "1",
};

/** One measurement of a trainer, as a row. */
export function epochColumns(record: EpochRecord): EpochColumns {
  const { entropy, nc1, nc2, nc3, nc4 } = record;
  return {
    epoch: record.epoch,
    step: record.step,
    trainLoss: record.trainLoss,
    loss: record.loss,
    accuracy: record.accuracy,
    entropyRepresentations: entropy.representations,
    entropyHead: entropy.head,
    entropyJoint: entropy.joint,
    mutualInformation: record.mutualInformation,
    mir: record.mir,
    hdr: record.hdr,
    nc1Pinv: nc1.pinv,
    nc1Quotient: nc1.quotient,
    nc1Cdnv: nc1.cdnv,
    nc2EquinormMeans: nc2.equinormMeans,
    nc2EquinormHead: nc2.equinormHead,
    nc2EquiangularMeans: nc2.equiangularMeans,
    nc2EquiangularHead: nc2.equiangularHead,
    nc2EtfError: nc2.etfError,
    nc3SelfDuality: nc3.selfDuality,
    nc3StructureError: nc3.structureError,
    nc4Agreement: nc4.agreement,
  };
}
