import { Check } from "../core/check.ts";
import type { DenseMatrix, MatrixLike } from "../core/matrix.ts";
import type { DataSet } from "../data/data_set.ts";
import { rowProducts } from "../linalg/products.ts";
import {
  meanRow,
  normalizeRows,
  rowsByClass,
  squaredDistance,
} from "../linalg/rows.ts";

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

/** Share of ranks, from 0 on, below `k`. */
function recall(ranks: readonly number[], k: number): number {
  return ranks.filter((rank) => rank < k).length / ranks.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** For each image, how many texts are nearer than that of its class. */
function textRanks(cosines: DenseMatrix, labels: Int32Array): number[] {
  return Array.from(labels, (label, i) => {
    const row = cosines.row(i);
    return row.filter((x) => x > row[label]!).length;
  });
}

/** For each text whose class has images, how many images are nearer than the nearest of its class. */
function imageRanks(cosines: DenseMatrix, labels: Int32Array): number[] {
  const { rows, columns } = cosines;
  const of = (c: number) => (i: number) => cosines.data[i * columns + c]!;
  const all = Array.from({ length: rows }, (_, i) => i);
  return rowsByClass(labels, columns).flatMap((own, c) => {
    if (own.length === 0) return [];
    const nearest = Math.max(...own.map(of(c)));
    return [all.map(of(c)).filter((x) => x > nearest).length];
  });
}

/**
 * Measures images against the texts of all classes, `[C, d]` in any length: similarity, modality gap (Liang et
 * al., "Mind the Gap", NeurIPS 2022), and retrieval both ways, where what is sought is anything of the class.
 */
export function crossModalMeasures(
  { inputs, shape, labels, name }: DataSet,
  texts: MatrixLike,
): CrossModalColumns {
  const check = new Check("measure both modalities");
  const images = normalizeRows(
    check.directions({ data: inputs, shape }, name),
  );
  const unit = normalizeRows(check.directions(texts, "texts"));
  const cosines = rowProducts(images, unit);
  const toText = textRanks(cosines, labels);
  const toImage = imageRanks(cosines, labels);
  return {
    similarity: mean(Array.from(labels, (c, i) => cosines.row(i)[c]!)),
    gap: Math.sqrt(squaredDistance(meanRow(images), meanRow(unit))),
    imageToText1: recall(toText, 1),
    imageToText5: recall(toText, 5),
    textToImage1: recall(toImage, 1),
    textToImage5: recall(toImage, 5),
  };
}
