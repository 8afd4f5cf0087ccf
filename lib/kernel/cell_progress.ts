/**
 * What a notebook run tells while it goes on.
 *
 * @module
 */

/** What a run tells while it goes on. */
export interface CellProgress {
  /** The code cell, counted from 1. */
  readonly number: number;
  /** How many code cells there are to run. */
  readonly total: number;
  /** The first line of the cell that is not empty. */
  readonly firstLine: string;
  /** How long it took; left out when the cell only starts. */
  readonly seconds?: number;
}
