/** What float32 input can change is bounded by a theorem, whatever the spectrum. */

import { assert, assertEquals } from "@std/assert";
import {
  type DenseMatrix,
  interplay,
  matrixEntropy,
  matrixMutualInformation,
  Random,
} from "interplay";
import { goldenViews } from "../golden/spectra/views.ts";

const views = await goldenViews();

/** Rounding to float32 turns a row by no more than this, as a sine; rows that are no longer normal apart. */
const TURN = 2 ** -24;

/** What float64 itself leaves of an entropy, see tests/linalg/accuracy_test.ts. */
const FLOAT64 = 1e-11;

/**
 * Audenaert's sharp form of Fannes' inequality: entropies of density matrices of size `d` at trace distance
 * `t` differ by no more than `t log(d − 1) + h(t)`; the distance of the means of projections is no more
 * than the mean sine of the angles.
 */
function bound(t: number, d: number): number {
  return t * Math.log(Math.max(1, d - 1)) - t * Math.log(t) -
    (1 - t) * Math.log1p(-t) + FLOAT64;
}

function single({ data, shape }: DenseMatrix) {
  return { data: Float32Array.from(data), shape };
}

Deno.test("float32 input gives what the same numbers in float64 give, to the last bit", () => {
  for (const { view } of views) {
    const narrow = single(view);
    const wide = { data: Float64Array.from(narrow.data), shape: view.shape };
    for (const alpha of [1, 2]) {
      assertEquals(
        matrixEntropy(narrow, { alpha }),
        matrixEntropy(wide, { alpha }),
      );
    }
  }
});

Deno.test("matrixEntropy() of rounded input is off by no more than the bound its documentation states", () => {
  for (const { name, view } of views) {
    const change = Math.abs(matrixEntropy(single(view)) - matrixEntropy(view));
    assert(change <= bound(TURN, view.columns), `${name}: ${change}`);
  }
});

Deno.test("matrixMutualInformation() of rounded input is off by no more than the bounds of its three entropies", () => {
  for (const { name, view, second } of views) {
    const change = Math.abs(
      matrixMutualInformation(single(view), single(second)) -
        matrixMutualInformation(view, second),
    );
    const [d, e] = [view.columns, second.columns];
    const allowed = bound(TURN, d) + bound(TURN, e) + bound(2 * TURN, d * e);
    assert(change <= allowed, `${name}: ${change}`);
  }
});

Deno.test("interplay() of rounded representations is off by no more than the bounds of its entropies", () => {
  for (const { name, view } of views) {
    const labels = Array.from({ length: view.rows }, (_, i) => i % 5);
    const weights = {
      data: new Random(1).normals(5 * view.columns),
      shape: [5, view.columns],
    };
    const [rounded, exact] = [single(view), view].map((Z) =>
      interplay(Z, labels, { weights }, { reference: false }).mutualInformation
    );
    const allowed = bound(TURN, view.columns) + bound(TURN, 5 * view.columns);
    assert(Math.abs(rounded! - exact!) <= allowed, name);
  }
});

Deno.test("the bound is 1.5e-6 nats at 512 dimensions", () => {
  assert(bound(TURN, 512) < 1.5e-6);
});
