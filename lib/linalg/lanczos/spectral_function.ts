/**
 * Entropies as functions of a trace: `H = value(tr f(A))`.
 *
 * @module
 */

/** A function of eigenvalues whose trace determines an entropy. */
export interface SpectralFunction {
  /** Eigenvalues up to this one are rounding and count as 0, where `f` is 0. */
  readonly floor: number;
  /** The function of one eigenvalue. */
  at(x: number): number;
  /** The entropy in nats, from `tr f(A)`. */
  value(trace: number): number;
  /** The error of the trace that makes one of `error` in the entropy, to first order. */
  allowance(trace: number, error: number): number;
}

/** Relative error of a trace up to which its logarithm counts as linear. */
const LINEAR = 0.1;

/**
 * `−x log x` at order 1; else `(x / largest)^α`, whose trace neither underflows nor grows beyond the size.
 */
export function entropyFunction(
  { alpha, largest, size }: { alpha: number; largest: number; size: number },
): SpectralFunction {
  const floor = 16 * Number.EPSILON * Math.max(1, Math.sqrt(size) / 2) *
    largest;
  const ceiling = Math.log(size);
  const bounded = (entropy: number) => Math.min(Math.max(entropy, 0), ceiling);
  if (alpha === 1) {
    return {
      floor,
      at: (x) => x > floor ? -x * Math.log(x) : 0,
      value: bounded,
      allowance: (_, error) => error,
    };
  }
  // The trace lies between those of a flat and of a rank-one spectrum, whatever the probes say.
  const flat = (size * largest) ** -alpha * size;
  const single = largest ** -alpha;
  const within = (trace: number) =>
    Math.max(Math.min(flat, single), Math.min(trace, Math.max(flat, single)));
  return {
    floor,
    at: (x) => x > floor ? (x / largest) ** alpha : 0,
    value: (trace) =>
      bounded(
        (alpha * Math.log(largest) + Math.log(within(trace))) / (1 - alpha),
      ),
    allowance: (trace, error) =>
      within(trace) * Math.min(error * Math.abs(1 - alpha), LINEAR),
  };
}
