/**
 * Two float64 lanes: the fused multiply–add where the module is built with relaxed SIMD, the rounded
 * one elsewhere. Results of the two builds differ by rounding alone.
 *
 * @module
 */

/** `a b + c`. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

/** `c − a b`. */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_nmadd(a, b, c);
  return f64x2.sub(c, f64x2.mul(a, b));
}

/** The sum of both lanes. */
@inline
export function lanes(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** The lanes exchanged. */
@inline
export function swap(a: v128): v128 {
  return v128.shuffle<f64>(a, a, 1, 0);
}
