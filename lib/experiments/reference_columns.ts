import type { ChartReference } from "../core/chart.ts";
import type { Reference } from "../metrics/reference.ts";

/** What the numbers would be otherwise for the very labels of the test set: the yardsticks of MIR and HDR. */
export interface ReferenceColumns {
  /** "collapse": at exact neural collapse; "shuffled": with permuted labels; "random": for Gaussian features. */
  readonly reference: string;
  /** In nats; NaN where it is that of the model itself. */
  readonly entropy: number;
  /** In nats. */
  readonly mutualInformation: number;
  /** Matrix mutual information ratio. */
  readonly mir: number;
  /** Its standard deviation over the repetitions; 0 for the closed form. */
  readonly mirSd: number;
  /** Matrix entropy difference ratio. */
  readonly hdr: number;
  /** Its standard deviation over the repetitions; 0 for the closed form. */
  readonly hdrSd: number;
}

/** The units of {@linkcode ReferenceColumns}. */
export const REFERENCE_UNITS: Readonly<
  Record<keyof ReferenceColumns, string>
> = {
  reference: "text",
  entropy: "nats",
  mutualInformation: "nats",
  mir: "1",
  mirSd: "1",
  hdr: "1",
  hdrSd: "1",
};

/** The yardsticks of one measurement, a row each. */
export function referenceColumns(
  { collapse, shuffled, random }: Reference,
): ReferenceColumns[] {
  const { mutualInformation, mir, hdr } = collapse;
  const entropy = collapse.entropy.representations;
  return [
    {
      reference: "collapse",
      entropy,
      mutualInformation,
      mir,
      mirSd: 0,
      hdr,
      hdrSd: 0,
    },
    ...Object.entries({ shuffled, random }).map(([reference, spread]) => ({
      reference,
      entropy: NaN,
      mutualInformation: spread.mutualInformation.mean,
      mir: spread.mir.mean,
      mirSd: spread.mir.sd,
      hdr: spread.hdr.mean,
      hdrSd: spread.hdr.sd,
    })),
  ];
}

/** The row of one yardstick, once it has been computed. */
export function referenceNamed(
  rows: readonly ReferenceColumns[],
  name: "collapse" | "shuffled" | "random",
): ReferenceColumns | undefined {
  return rows.find((row) => row.reference === name);
}

/** The line of the entropies: what both would be at collapse. */
export function entropyReferences(
  rows: readonly ReferenceColumns[],
): ChartReference[] {
  const value = referenceNamed(rows, "collapse")?.entropy ?? NaN;
  return [{ label: "collapse", value }];
}

/** The lines of MIR: collapse dashed, random features dotted, shuffled labels in between. */
export function mirReferences(
  rows: readonly ReferenceColumns[],
): ChartReference[] {
  const value = (name: "collapse" | "shuffled" | "random") =>
    referenceNamed(rows, name)?.mir ?? NaN;
  return [
    { label: "collapse", value: value("collapse") },
    { label: "shuffled", value: value("shuffled"), dash: "dashdot" },
    { label: "random", value: value("random"), dash: "dot" },
  ];
}

/** The lines of HDR. Shuffled labels have none: both entropies, and so HDR, do not hang on the labels' order. */
export function hdrReferences(
  rows: readonly ReferenceColumns[],
): ChartReference[] {
  const value = (name: "collapse" | "random") =>
    referenceNamed(rows, name)?.hdr ?? NaN;
  return [
    { label: "collapse", value: value("collapse") },
    { label: "random", value: value("random"), dash: "dot" },
  ];
}
