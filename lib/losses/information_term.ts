import * as tf from "@tensorflow/tfjs";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import type { DenseMatrix, VectorLike } from "../core/matrix.ts";
import type { Tensor } from "../core/tfjs_types.ts";
import { hostLosses } from "./_host_losses.ts";
import { tensorOf } from "./_scalar.ts";
import type { CrossModalAlignmentOptions } from "./cross_modal_alignment_loss.ts";
import type { InterplayWeights } from "./interplay_loss.ts";

/** The arguments of each loss, by its name without "Loss". */
export interface LossArguments {
  /** Of `matrixEntropyLoss`. */
  readonly matrixEntropy: [z: Tensor];
  /** Of `vonNeumannEntropyLoss`. */
  readonly vonNeumannEntropy: [z: Tensor];
  /** Of `mutualInformationLoss`. */
  readonly mutualInformation: [z1: Tensor, z2: Tensor];
  /** Of `entropyDifferenceLoss`. */
  readonly entropyDifference: [z1: Tensor, z2: Tensor];
  /** Of `mirLoss`. */
  readonly mir: [z1: Tensor, z2: Tensor];
  /** Of `hdrLoss`. */
  readonly hdr: [z1: Tensor, z2: Tensor];
  /** Of `interplayLoss`. */
  readonly interplay: [z1: Tensor, z2: Tensor, weights: InterplayWeights];
  /** Of `crossModalAlignmentLoss`. */
  readonly crossModalAlignment: [
    image: Tensor,
    text: Tensor,
    labels: VectorLike,
    options?: CrossModalAlignmentOptions,
  ];
}

/** A loss, by its name without "Loss". */
export type LossName = keyof LossArguments;

/** A loss that was computed on the host: its value, and its gradients at the point it was computed at. */
export interface LossTerm {
  /** The loss. */
  readonly value: number;
  /** One for each tensor the loss has a gradient by, of its shape; float64. */
  readonly gradients: readonly DenseMatrix[];
}

/** The values of a tensor with its shape; anything else as it is. */
async function onHost(value: unknown): Promise<unknown> {
  if (!(value instanceof tf.Tensor)) return value;
  return { data: await value.data(), shape: value.shape };
}

/**
 * Computes a loss and its gradients on the host, reading tensors asynchronously: for WebGPU, where nothing
 * can be read while gradients are taken.
 *
 * A training step runs the forward pass once outside of any gradient, awaits the term, and then takes the
 * gradient of a loss in which {@linkcode surrogateLoss} stands for it. The second forward pass must give the
 * same tensors: same weights, same batch, same dropout. On the CPU and WASM backends the losses
 * themselves do all this in one pass.
 *
 * @param name The loss, without "Loss": "mutualInformation".
 * @param args The arguments of that loss; nothing is disposed.
 * @returns The value, and the gradients by the leading tensors.
 * @throws {OptionsError} There is no loss of this name, or its options do not fit.
 * @throws {ShapeError} As the loss.
 * @throws {NotFiniteError} As the loss.
 * @throws {LabelError} As the loss.
 *
 * @example
 * ```ts
 * import { informationTerm, surrogateLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const z = tf.variable(tf.tensor2d([[1, 0], [1, 1], [0, 1]]));
 * const forward = () => tf.square(z); // a network
 * const term = await informationTerm("matrixEntropy", forward());
 * const { value, grads } = tf.variableGrads(() => surrogateLoss(term, forward()), [z]);
 * assertAlmostEquals((await value.data())[0]!, term.value, 1e-6);
 * console.log(await grads[z.name]!.array());
 * ```
 */
export async function informationTerm<N extends LossName>(
  name: N,
  ...args: LossArguments[N]
): Promise<LossTerm> {
  if (!Object.hasOwn(hostLosses, name)) {
    const names = Object.keys(hostLosses).join(", ");
    const check = new Check("compute an information term");
    check.fail(OptionsError, `one of ${names}`, JSON.stringify(name));
  }
  const { title, inputs, compute } = hostLosses[name];
  const check = new Check(`compute the ${title}`);
  inputs.forEach((input, i) => tensorOf(check, args[i], input));
  // Values with their shape stand for a tensor wherever one is read.
  const values = await Promise.all(args.map(onHost)) as LossArguments[N];
  const { value, gradients } = compute(check, ...values);
  return { value, gradients: gradients() };
}
