import * as tf from "@tensorflow/tfjs";
import { TensorScope } from "../core/tensor_scope.ts";
import { batches } from "../data/batches.ts";
import type { DataSet } from "../data/data_set.ts";
import { gatherInputs } from "../data/subset.ts";
import type { Classifier } from "../models/classifier.ts";
import { nextTurn } from "./_next_turn.ts";
import type { HostMatrix } from "./evaluate.ts";

/** The samples at these indices as one batch of the model's shape; yours to dispose. */
export function inputTensor(
  { inputShape }: Pick<Classifier, "inputShape">,
  inputs: Float32Array,
  samples: number,
): tf.Tensor {
  return tf.tensor(inputs, [samples, ...inputShape]);
}

/** How a model is applied in step `step` of a training: what is random in it follows from that number. */
export function trainingAt(step: number): { training: boolean; step: number } {
  return { training: true, step };
}

/** How all samples go through a model. */
export interface PassOptions {
  /** Samples at a time. */
  readonly batchSize: number;
  /** Looked at before each batch; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** The data batch by batch as indices; what else waits has its turn before each of them. */
export async function* passes(
  data: DataSet,
  { batchSize, signal }: PassOptions,
): AsyncGenerator<Uint32Array> {
  for (const batch of batches(data, { size: batchSize, shuffle: false })) {
    await nextTurn();
    signal?.throwIfAborted();
    yield batch;
  }
}

/** Representations and logits of all samples, brought to the host batch by batch. */
export async function forwardAll(
  model: Classifier,
  data: DataSet,
  options: PassOptions,
): Promise<{ representations: HostMatrix; logits: HostMatrix }> {
  const rows = data.labels.length;
  const representations = new Float32Array(rows * model.dimension);
  const logits = new Float32Array(rows * model.classes);
  let at = 0;
  for await (const batch of passes(data, options)) {
    using scope = new TensorScope();
    const inputs = scope.own(
      inputTensor(model, gatherInputs(data, batch), batch.length),
    );
    const out = model.forward(inputs);
    scope.own(out.representations);
    scope.own(out.logits);
    representations.set(
      await out.representations.data(),
      at * model.dimension,
    );
    logits.set(await out.logits.data(), at * model.classes);
    at += batch.length;
  }
  return {
    representations: { data: representations, shape: [rows, model.dimension] },
    logits: { data: logits, shape: [rows, model.classes] },
  };
}
