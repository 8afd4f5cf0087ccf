/**
 * Four float32 lanes: the fused multiply–add where the module is built with relaxed SIMD, the rounded
 * one elsewhere. Results of the two builds differ by rounding alone.
 *
 * @module
 */

/** `a b + c`. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
