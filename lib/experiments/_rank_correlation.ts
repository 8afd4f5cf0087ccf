/** Ranks from 1 on; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  return values.map((x) => {
    const below = values.filter((y) => y < x).length;
    const equal = values.filter((y) => y === x).length;
    return below + (equal + 1) / 2;
  });
}

/**
 * Spearman's rank correlation, in `[−1, 1]`: whether two columns rise together, whatever the shape. NaN for
 * fewer than three rows, or where one column is constant.
 */
export function rankCorrelation(
  x: readonly number[],
  y: readonly number[],
): number {
  if (x.length < 3) return NaN;
  const middle = (x.length + 1) / 2;
  const [a, b] = [ranks(x), ranks(y)]
    .map((list) => list.map((rank) => rank - middle)) as [number[], number[]];
  const product = (u: number[], v: number[]) =>
    u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}
