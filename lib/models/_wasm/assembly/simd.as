/**
 * Four float32 lanes.
 *
 * @module
 */

/**
 * `a b + c`, the product rounded first. The fused operation of relaxed SIMD is an eighth faster, but whether it
 * fuses is up to the machine: the same seed would train another network elsewhere.
 */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}
