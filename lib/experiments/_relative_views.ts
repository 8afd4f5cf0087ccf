/**
 * Two descriptions of the same things in one space, without learning anything: each thing by its likeness to the
 * same few things, the anchors (Moschella et al., "Relative representations enable zero-shot latent space
 * communication", ICLR 2023).
 *
 * @module
 */

import type { Check } from "../core/check.ts";
import { DenseMatrix } from "../core/matrix.ts";
import { type DataSet, dataSet } from "../data/data_set.ts";
import { standardize } from "../data/standardize.ts";
import { rowProducts } from "../linalg/products.ts";
import {
  gatherRows,
  meanRow,
  normalizeRows,
  rowsByClass,
} from "../linalg/rows.ts";

/** The samples of a view as rows, `[N, d]`. */
function rowsOf(check: Check, { inputs, shape, name }: DataSet): DenseMatrix {
  return check.directions({ data: inputs, shape }, name);
}

/** One description of things: the anchors, and what is told by them. */
export class RelativeView {
  readonly #check: Check;
  readonly #anchors: DataSet;
  readonly #directions: DenseMatrix;

  constructor(check: Check, anchors: DataSet) {
    this.#check = check;
    this.#anchors = anchors;
    this.#directions = normalizeRows(rowsOf(check, standardize(anchors)));
  }

  /** Cosines of each sample with each anchor, `[N, anchors]`. */
  of(data: DataSet): DataSet {
    const cosines = this.#cosines(this.#standardized(data));
    return dataSet({
      ...data,
      name: `${data.name} by ${cosines.columns} anchors`,
      inputs: cosines.data,
      shape: cosines.shape,
    });
  }

  /** The same of the mean of each class, a sample a class: `[C, anchors]`. */
  ofClasses(data: DataSet): DataSet {
    const rows = this.#standardized(data);
    const means = DenseMatrix.zeros(data.classes, rows.columns);
    rowsByClass(data.labels, data.classes).forEach((indices, c) =>
      means.row(c).set(meanRow(gatherRows(rows, indices)))
    );
    const cosines = this.#cosines(means);
    return dataSet({
      ...data,
      name: `classes of ${data.name} by ${cosines.columns} anchors`,
      inputs: cosines.data,
      shape: cosines.shape,
      labels: data.classNames.map((_, c) => c),
    });
  }

  #standardized(data: DataSet): DenseMatrix {
    return rowsOf(this.#check, standardize(data, { like: this.#anchors }));
  }

  #cosines(rows: DenseMatrix): DenseMatrix {
    return rowProducts(normalizeRows(rows), this.#directions);
  }
}
