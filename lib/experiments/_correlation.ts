/**
 * Pearson's correlation, in `[−1, 1]`: whether two columns rise together, in proportion. NaN for fewer than
 * three rows, or where one column is constant.
 */
export function correlation(
  x: readonly number[],
  y: readonly number[],
): number {
  const n = x.length;
  if (n < 3) return NaN;
  const centred = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / n;
    return values.map((value) => value - mean);
  };
  const [a, b] = [centred(x), centred(y)];
  const product = (u: number[], v: number[]) =>
    u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

/** Ranks from 1 on; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  return values.map((x) => {
    const below = values.filter((y) => y < x).length;
    const equal = values.filter((y) => y === x).length;
    return below + (equal + 1) / 2;
  });
}

/** Spearman's correlation, that of the ranks: whether two columns rise together, in whatever shape. */
export function rankCorrelation(
  x: readonly number[],
  y: readonly number[],
): number {
  return correlation(ranks(x), ranks(y));
}
