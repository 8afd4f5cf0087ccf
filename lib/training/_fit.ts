import type { Check } from "../core/check.ts";
import { LabelError, ShapeError } from "../core/errors.ts";
import { type DataSet, type Samples, sampleSize } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";

/** Fails unless the samples have as many values as the model takes. */
export function checkSamples(
  check: Check,
  model: Classifier,
  data: Samples,
): void {
  const values = model.inputShape.reduce((a, b) => a * b, 1);
  if (sampleSize(data) === values) return;
  check.fail(
    ShapeError,
    `samples of ${values} values, as ${model.name} takes them`,
    `${sampleSize(data)} in ${data.name}`,
  );
}

/** Fails unless the samples have as many values as the model takes, and the classes are the same. */
export function checkFit(check: Check, model: Classifier, data: DataSet): void {
  checkSamples(check, model, data);
  if (data.classes !== model.classes) {
    check.fail(
      LabelError,
      `${model.classes} classes, as ${model.name} has them`,
      `${data.classes} in ${data.name}`,
    );
  }
}
