/**
 * Cross-modal alignment on the host: entropies of clouds of image and text features.
 *
 * @module
 */

import { z } from "zod";
import type { Check } from "../core/check.ts";
import { NotFiniteError, ShapeError } from "../core/errors.ts";
import {
  DenseMatrix,
  type MatrixLike,
  type VectorLike,
} from "../core/matrix.ts";
import {
  gatherRows,
  meanRow,
  norm,
  normalizeRows,
  presentClasses,
} from "../linalg/rows.ts";
import {
  directionsOf,
  projectOut,
  pullBack,
  separateRows,
} from "./_directions.ts";
import { rowEntropy } from "./_row_entropy.ts";
import type { HostTerm } from "./_term.ts";
import type { CrossModalAlignmentOptions } from "./cross_modal_alignment_loss.ts";

const alignmentOptions = z.strictObject({
  variant: z.enum(["classwise", "modal", "all"]).default("classwise"),
});

/** A mean of directions shorter than this has no direction: they cancel. */
const CANCELLED = 1e-12;

/** What is compared: features of both modalities, and the class of each image. */
export interface Pairing {
  /** `[n, d]`. */
  readonly image: MatrixLike;
  /** `[C, d]`. */
  readonly text: MatrixLike;
  /** `[n]`. */
  readonly labels: VectorLike;
}

/** Directions of both modalities: `[n, d]` and `[C, d]`. */
type Modalities = readonly [images: DenseMatrix, texts: DenseMatrix];

/** Rows of both modalities of which one entropy is taken. */
interface Cloud {
  readonly images: readonly number[];
  readonly texts: readonly number[];
}

/** The images of one class, at least one. */
interface Group {
  readonly label: number;
  readonly images: readonly number[];
}

/** The mean over classes, or over everything at once, of an entropy divided by its ceiling. */
export function alignmentTerm(
  check: Check,
  pairing: Pairing,
  options?: CrossModalAlignmentOptions,
): HostTerm {
  const { variant } = check.options(alignmentOptions, options);
  const { image, text, groups } = checkPairing(check, pairing);
  const [images, texts] = [directionsOf(image), directionsOf(text)];
  const sides: Modalities = [
    gatherRows(images.unit, images.index),
    gatherRows(texts.unit, texts.index),
  ];
  const { value, gradients } = variant === "modal"
    ? prototypeTerm(check, sides, groups)
    : cloudTerm(sides, variant === "all" ? [whole(groups)] : clouds(groups));
  return {
    value,
    gradients: () => {
      const [ofImages, ofTexts] = gradients();
      return [pullBack(images, ofImages), pullBack(texts, ofTexts)];
    },
  };
}

function checkPairing(check: Check, pairing: Pairing) {
  const image = check.directions(pairing.image, "image");
  const text = check.directions(pairing.text, "text");
  if (text.columns !== image.columns) {
    check.fail(
      ShapeError,
      `${image.columns} columns in \`text\``,
      text.columns,
    );
  }
  const labels = check.labels(pairing.labels, "labels", image.rows, text.rows);
  const groups = presentClasses(labels).map((images): Group => ({
    label: labels[images[0]!]!,
    images,
  }));
  return { image, text, groups };
}

function clouds(groups: readonly Group[]): Cloud[] {
  return groups.map(({ label, images }) => ({ images, texts: [label] }));
}

function whole(groups: readonly Group[]): Cloud {
  return {
    images: groups.flatMap(({ images }) => images),
    texts: groups.map(({ label }) => label),
  };
}

/** A loss with its gradients with respect to directions. */
interface ModalTerm {
  readonly value: number;
  gradients(): [DenseMatrix, DenseMatrix];
}

/** The mean of `H(RRᵀ)/log n` over the clouds `R` of `n` rows; `n` is at least 2. */
function cloudTerm(sides: Modalities, all: readonly Cloud[]): ModalTerm {
  const [images, texts] = sides;
  const entropies = all.map((cloud) => {
    const rows = stacked(sides, cloud);
    const factor = 1 / (all.length * Math.log(rows.rows));
    return { cloud, factor, entropy: rowEntropy(separateRows(rows)) };
  });
  const gradients = (): [DenseMatrix, DenseMatrix] => {
    const ofImages = DenseMatrix.zeros(images.rows, images.columns);
    const ofTexts = DenseMatrix.zeros(texts.rows, texts.columns);
    for (const { cloud, factor, entropy } of entropies) {
      const rows = entropy.gradient();
      const n = cloud.images.length;
      cloud.images.forEach((i, k) => add(ofImages.row(i), factor, rows.row(k)));
      cloud.texts.forEach((c, k) =>
        add(ofTexts.row(c), factor, rows.row(n + k))
      );
    }
    return [ofImages, ofTexts];
  };
  const value = entropies.reduce(
    (sum, { factor, entropy }) => sum + factor * entropy.value,
    0,
  );
  return { value, gradients };
}

function stacked([images, texts]: Modalities, cloud: Cloud): DenseMatrix {
  const size = cloud.images.length + cloud.texts.length;
  const rows = DenseMatrix.zeros(size, images.columns);
  cloud.images.forEach((i, k) => rows.row(k).set(images.row(i)));
  cloud.texts.forEach((c, k) =>
    rows.row(cloud.images.length + k).set(texts.row(c))
  );
  return rows;
}

function add(to: Float64Array, factor: number, row: Float64Array): void {
  for (let j = 0; j < to.length; j++) to[j] = to[j]! + factor * row[j]!;
}

/** The same with one image a class, the direction of the mean of its images. */
function prototypeTerm(
  check: Check,
  [images, texts]: Modalities,
  groups: readonly Group[],
): ModalTerm {
  const means = DenseMatrix.zeros(groups.length, images.columns);
  const lengths = groups.map((group, k) => {
    means.row(k).set(meanRow(gatherRows(images, group.images)));
    return meanLength(check, means.row(k), group);
  });
  const prototypes = normalizeRows(means);
  const pairs = groups.map(({ label }, k) => ({ images: [k], texts: [label] }));
  const { value, gradients } = cloudTerm([prototypes, texts], pairs);
  const spread = (): [DenseMatrix, DenseMatrix] => {
    const [ofPrototypes, ofTexts] = gradients();
    const ofImages = DenseMatrix.zeros(images.rows, images.columns);
    groups.forEach((group, k) => {
      const row = ofPrototypes.row(k);
      projectOut(row, prototypes.row(k), lengths[k]!);
      for (const i of group.images) {
        add(ofImages.row(i), 1 / group.images.length, row);
      }
    });
    return [ofImages, ofTexts];
  };
  return { value, gradients: spread };
}

function meanLength(check: Check, mean: Float64Array, group: Group): number {
  const length = norm(mean);
  if (length < CANCELLED) {
    check.fail(
      NotFiniteError,
      `a mean of class ${group.label} with a direction in \`image\``,
      "directions that cancel",
    );
  }
  return length;
}
