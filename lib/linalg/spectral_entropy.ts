/**
 * From a spectrum to an entropy, in nats.
 *
 * @module
 */

/**
 * The eigenvalues of a positive semidefinite matrix as probabilities, descending: rounding noise (below
 * about `16 ε λmax`, growing with `√n`; negatives with it) is dropped, the rest divided by its sum. No ε
 * enters a logarithm.
 *
 * @param eigenvalues Descending, `[n]`.
 * @returns Positive numbers with sum 1; empty if no eigenvalue is positive.
 */
export function spectralProbabilities(eigenvalues: Float64Array): Float64Array {
  const largest = eigenvalues[0] ?? 0;
  const breadth = Math.max(1, Math.sqrt(eigenvalues.length) / 2);
  const noise = 16 * Number.EPSILON * breadth * Math.max(largest, 0);
  const kept = eigenvalues.filter((x) => x > noise);
  let sum = 0;
  for (let i = kept.length - 1; i >= 0; i--) sum += kept[i]!;
  return kept.map((x) => x / sum);
}

/**
 * Rényi entropy of order `alpha` of a spectrum, in nats; von Neumann at `alpha = 1`, min-entropy at
 * infinity: `−Σ p log p`, `log(Σ p^α)/(1 − α)`, `−log p₁`.
 *
 * @param eigenvalues Descending, `[n]`, of a positive semidefinite matrix of any trace.
 * @param alpha Positive, infinity included.
 * @returns In `[0, log rank]`; exactly 0 for rank one.
 */
export function entropyOfSpectrum(
  eigenvalues: Float64Array,
  alpha = 1,
): number {
  const p = spectralProbabilities(eigenvalues);
  if (p.length <= 1) return 0;
  if (alpha === Infinity) return -Math.log(p[0]!);
  let sum = 0;
  if (alpha === 1) {
    for (let i = p.length - 1; i >= 0; i--) sum -= p[i]! * Math.log(p[i]!);
    return Math.max(0, sum);
  }
  // Relative to the largest, so that no power underflows before the logarithm.
  const largest = p[0]!;
  for (let i = p.length - 1; i >= 0; i--) sum += (p[i]! / largest) ** alpha;
  return Math.max(0, (alpha * Math.log(largest) + Math.log(sum)) / (1 - alpha));
}

/** Differences of entropies below this share of them are rounding, and count as zero. */
const ROUNDING = 1e-13;

/** `a − b` for two entropies, or sums of entropies; exactly 0 where it is rounding. */
export function differenceOfEntropies(a: number, b: number): number {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b))
    ? 0
    : a - b;
}
