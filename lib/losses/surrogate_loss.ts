import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { scalarOf, tensorOf } from "./_scalar.ts";
import type { LossTerm } from "./information_term.ts";

/**
 * A scalar that has the value and the gradients of a loss computed before by {@linkcode informationTerm}:
 * its linearisation. Nothing is read, so it works on every backend.
 *
 * It is the loss at the very tensors that the term was computed from; at others it is neither the value
 * nor the gradient of anything.
 *
 * @param term What `informationTerm` returned.
 * @param inputs The tensors the loss has gradients by, as they come out of the forward pass that is
 * differentiated.
 * @returns A scalar; its second derivatives are zero.
 * @throws {ShapeError} The tensors do not have the shapes of those the term was computed from.
 *
 * @example
 * ```ts
 * import { hdrLoss, informationTerm, surrogateLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertEquals } from "@std/assert";
 *
 * const z1 = tf.tensor2d([[1, 0], [1, 1], [0, 1]]);
 * const z2 = tf.tensor2d([[1, 0], [3, 1], [2, 1]]);
 * const term = await informationTerm("hdr", z1, z2);
 * const [surrogate] = tf.grads((a, b) => surrogateLoss(term, a!, b!))([z1, z2]);
 * const [direct] = tf.grads((a, b) => hdrLoss(a!, b!))([z1, z2]);
 * assertEquals(await surrogate!.array(), await direct!.array());
 * ```
 */
export function surrogateLoss(
  term: LossTerm,
  ...inputs: readonly Tensor[]
): Scalar {
  const { value, gradients } = term;
  const check = new Check("use a loss term");
  if (inputs.length !== gradients.length) {
    check.fail(ShapeError, `${gradients.length} tensors`, inputs.length);
  }
  const tensors = inputs.map((input, i) => {
    const tensor = tensorOf(check, input, `inputs[${i}]`);
    const expected = gradients[i]!.shape.join(" × ");
    const received = tensor.shape.join(" × ");
    if (received !== expected) {
      check.fail(ShapeError, `${expected} in \`inputs[${i}]\``, received);
    }
    return tensor;
  });
  return scalarOf(tensors, () => ({ value, gradients: () => [...gradients] }));
}
