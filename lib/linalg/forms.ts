/**
 * The matrices that have the same nonzero eigenvalues as a Gram or a Hadamard product of Grams, and what
 * each of them costs: the smallest is taken, and can be asked for.
 *
 * @module
 */

/** One matrix whose eigenvalues serve. */
export interface Form {
  /** What it is made of. */
  readonly name: FormName;
  /** Its rows; the eigen-decomposition is of this size. */
  readonly size: number;
  /** Multiplications to form and to decompose it; those of the latter run slower and count for more. */
  readonly cost: number;
  /** Memory of the matrix and of what it is made from, beside the input. */
  readonly bytes: number;
}

/** `N × N`, `d × d`, `d₁d₂ × d₁d₂`, or `d·r × d·r` from class moments. */
export type FormName =
  | "Gram"
  | "second moment"
  | "Khatri–Rao moment"
  | "class moments";

/** Multiplications of the values of a symmetric matrix, `4/3 n³`, at half the speed of a product. */
function eigenCost(size: number): number {
  return 8 / 3 * size ** 3;
}

function form(
  name: FormName,
  size: number,
  products: number,
  doubles = 0,
): Form {
  return {
    name,
    size,
    cost: products + eigenCost(size),
    bytes: 8 * (size ** 2 + doubles),
  };
}

/** The cheapest; the first of equals. */
export function cheapest(forms: readonly [Form, ...Form[]]): Form {
  return forms.reduce((best, each) => each.cost < best.cost ? each : best);
}

/** Forms of `XXᵀ` for `X [n, d]`. */
export function rowForms(n: number, d: number): [Form, ...Form[]] {
  return [
    form("second moment", d, n * d ** 2 / 2),
    form("Gram", n, n ** 2 * d / 2),
  ];
}

/** Forms of `XXᵀ ⊙ YYᵀ` for `X [n, d₁]`, `Y [n, d₂]`. */
export function hadamardForms(
  n: number,
  d1: number,
  d2: number,
): [Form, ...Form[]] {
  return [
    form("Khatri–Rao moment", d1 * d2, n * (d1 * d2) ** 2 / 2),
    form("Gram", n, n ** 2 * (d1 + d2) / 2, n ** 2),
  ];
}

/**
 * Forms of `XXᵀ ⊙ VVᵀ` for `X [n, d]` where `V` repeats `classes` rows that span `rank` dimensions.
 */
export function labelledForms(
  n: number,
  { d, classes, rank }: { d: number; classes: number; rank: number },
): [Form, ...Form[]] {
  const moments = n * d ** 2 / 2 + classes * (d * rank) ** 2 / 2;
  return [
    form("class moments", d * rank, moments, classes * d ** 2),
    form("Gram", n, n ** 2 * d / 2),
  ];
}
