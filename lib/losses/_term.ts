/**
 * Values on the host that carry their gradients, for whoever asks: those cost extra.
 *
 * @module
 */

import type { DenseMatrix } from "../core/matrix.ts";

/** An entropy in nats, and its gradient with respect to every row as a direction. */
export interface RowEntropy {
  readonly value: number;
  /** `[n, d]`, up to a part along each row. */
  gradient(): DenseMatrix;
}

/** A joint entropy in nats, and its gradients with respect to every row of both sides as a direction. */
export interface JointEntropy {
  readonly value: number;
  /** `[n, d₁]` and `[n, d₂]`, up to a part along each row. */
  gradients(): [DenseMatrix, DenseMatrix];
}

/** A loss, and its gradients with respect to its inputs. */
export interface HostTerm {
  readonly value: number;
  /** One for each input, of its shape. */
  gradients(): DenseMatrix[];
}
