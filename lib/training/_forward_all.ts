import * as tf from "@tensorflow/tfjs";
import { TensorScope } from "../core/tensor_scope.ts";
import { batches } from "../data/batches.ts";
import type { DataSet } from "../data/data_set.ts";
import { gatherInputs } from "../data/subset.ts";
import type { Classifier } from "../models/classifier.ts";
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

/** Representations and logits of all samples, brought to the host batch by batch. */
export async function forwardAll(
  model: Classifier,
  data: DataSet,
  batchSize: number,
): Promise<{ representations: HostMatrix; logits: HostMatrix }> {
  const rows = data.labels.length;
  const representations = new Float32Array(rows * model.dimension);
  const logits = new Float32Array(rows * model.classes);
  let at = 0;
  for (const batch of batches(data, { size: batchSize, shuffle: false })) {
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
