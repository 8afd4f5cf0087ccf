import { Check } from "../core/check.ts";
import type { MatrixLike } from "../core/matrix.ts";
import type { DataSet } from "../data/data_set.ts";
import { gatherRows } from "../linalg/rows.ts";
import { alignment } from "../metrics/alignment.ts";
import { modalityGap } from "../metrics/modality_gap.ts";
import { recallAtK } from "../metrics/recall_at_k.ts";

/** How images and the texts of their classes lie to each other, all scaled to length 1. */
export interface CrossModalColumns {
  /** Mean cosine of an image with the text of its class. */
  readonly similarity: number;
  /** Distance of the mean image from the mean text, in `[0, 2]`. */
  readonly gap: number;
  /** Share of images whose nearest text is that of their class; the accuracy, where cosines decide. */
  readonly imageToText1: number;
  /** Share of images with the text of their class among the five nearest. */
  readonly imageToText5: number;
  /** Share of texts whose nearest image is of their class. */
  readonly textToImage1: number;
  /** Share of texts with an image of their class among the five nearest. */
  readonly textToImage5: number;
}

/**
 * Measures images against the texts of all classes, `[C, d]` in any length: similarity, modality gap, and
 * retrieval both ways, where what is sought is anything of the class.
 */
export function crossModalMeasures(
  { inputs, shape, labels, name }: DataSet,
  texts: MatrixLike,
): CrossModalColumns {
  const check = new Check("measure both modalities");
  const images = check.directions({ data: inputs, shape }, name);
  const unit = check.directions(texts, "texts");
  const classes = Int32Array.from({ length: unit.rows }, (_, c) => c);
  const toText = (k: number) =>
    recallAtK(images, unit, { k, queryLabels: labels, keyLabels: classes });
  const toImage = (k: number) =>
    recallAtK(unit, images, { k, queryLabels: classes, keyLabels: labels });
  return {
    similarity: 1 - alignment(images, gatherRows(unit, labels)) / 2,
    gap: modalityGap(images, unit),
    imageToText1: toText(1),
    imageToText5: toText(5),
    textToImage1: toImage(1),
    textToImage5: toImage(5),
  };
}
