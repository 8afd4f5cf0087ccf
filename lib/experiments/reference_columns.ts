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
