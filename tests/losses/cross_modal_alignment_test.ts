import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  crossModalAlignmentLoss,
  type CrossModalAlignmentOptions,
} from "interplay/losses";
import { LabelError, NotFiniteError, ShapeError, useBackend } from "interplay";
import { Check } from "../../lib/core/check.ts";
import {
  alignmentTerm,
  type Pairing,
} from "../../lib/losses/_alignment_term.ts";

await useBackend("wasm");

const term = (pairing: Pairing, options?: CrossModalAlignmentOptions) =>
  alignmentTerm(new Check("align"), pairing, options);

/** Binary entropy, in bits. */
function bits(p: number): number {
  const part = (x: number) => x === 0 ? 0 : -x * Math.log2(x);
  return part(p) + part(1 - p);
}

// Class 0: two orthogonal images and the text on the first of them, eigenvalues 2/3 and 1/3. Class 1: one
// image at 60° from its text, eigenvalues 3/4 and 1/4. Class 2 is not in the batch.
const byHand = {
  image: [[2, 0], [0, 0.5], [1, Math.sqrt(3)]],
  text: [[1, 0], [3, 0], [0, 1]],
  labels: [0, 0, 1],
};

Deno.test("crossModalAlignmentLoss() is the mean over classes of H/log n, by hand", () => {
  const first = (Math.log(3) - 2 / 3 * Math.log(2)) / Math.log(3);
  const second = bits(3 / 4);
  assertAlmostEquals(term(byHand).value, (first + second) / 2, 1e-14);
});

Deno.test("crossModalAlignmentLoss() of one image is the binary entropy in bits of (1 + cos)/2", () => {
  for (const angle of [0, 0.3, 1, Math.PI / 2, 2, Math.PI]) {
    const image = [[3 * Math.cos(angle), 3 * Math.sin(angle)]];
    const { value, gradients } = term({ image, text: [[2, 0]], labels: [0] });
    const cosine = Math.cos(angle);
    const p = Math.min(1, (1 + cosine) / 2);
    assertAlmostEquals(value, bits(p), 1e-14);
    // d bits/d cos = ½ log₂((1 − p)/p), d cos/d angle = −sin; moving the text by ε turns it by ε/2.
    const slope = Math.sin(angle) < 1e-9
      ? 0
      : 0.5 * Math.log2((1 - p) / p) * Math.sin(angle) / 2;
    const [, ofText] = gradients();
    assertAlmostEquals(ofText!.data[1]!, slope, 1e-13);
    assertAlmostEquals(ofText!.data[0]!, 0, 1e-13);
  }
});

Deno.test("crossModalAlignmentLoss() pulls the text to its image", () => {
  const pairing = { image: [[1, 0.2]], text: [[0.4, 1]], labels: [0] };
  const [, ofText] = term(pairing).gradients();
  const text = pairing.text[0]!.map((x, j) => x - 0.1 * ofText!.data[j]!);
  const cosine = (a: number[], b: number[]) =>
    (a[0]! * b[0]! + a[1]! * b[1]!) / Math.hypot(...a) / Math.hypot(...b);
  const [image] = pairing.image as [number[]];
  assertEquals(cosine(image, text) > cosine(image, pairing.text[0]!), true);
});

Deno.test("crossModalAlignmentLoss() leaves the text of an absent class alone", () => {
  for (const variant of ["classwise", "modal", "all"] as const) {
    const [, ofText] = term(byHand, { variant }).gradients();
    assertEquals([...ofText!.row(2)], [0, 0]);
    assertEquals(ofText!.row(1).every((x) => x === 0), false);
  }
});

Deno.test("crossModalAlignmentLoss() knows its variants by hand", () => {
  // Prototype of class 0 at 45° to its text; class 1 as above.
  const modal = (bits((1 + Math.SQRT1_2) / 2) + bits(3 / 4)) / 2;
  const actual = term(byHand, { variant: "modal" }).value;
  assertAlmostEquals(actual, modal, 1e-14);
  // Five directions in the plane: x, y, 60°, x, x; moment [[3.25, √3/4], [√3/4, 1.75]] / 5.
  const root = Math.sqrt(0.75 ** 2 + 3 / 16);
  const p = (2.5 + root) / 5;
  const all = bits(p) * Math.log(2) / Math.log(5);
  assertAlmostEquals(term(byHand, { variant: "all" }).value, all, 1e-14);
});

Deno.test("crossModalAlignmentLoss() takes labels as an array, a typed array or a tensor", () => {
  tf.tidy(() => {
    const image = tf.tensor2d(byHand.image);
    const text = tf.tensor2d(byHand.text);
    const labels = [
      byHand.labels,
      Int32Array.from(byHand.labels),
      tf.tensor1d(byHand.labels, "int32"),
    ];
    const values = labels.map((each) =>
      crossModalAlignmentLoss(image, text, each).dataSync()[0]!
    );
    assertEquals(new Set(values).size, 1);
    assertAlmostEquals(values[0]!, term(byHand).value, 1e-7);
  });
});

Deno.test("crossModalAlignmentLoss() says what does not fit, by the name of the argument", () => {
  const refuses = (
    change: Partial<Record<keyof Pairing, unknown>>,
    Type: new (message: string) => Error,
    message: string,
  ) =>
    tf.tidy(() => {
      const { image, text, labels } = { ...byHand, ...change } as typeof byHand;
      const before = tf.memory().numTensors;
      const call = () =>
        crossModalAlignmentLoss(tf.tensor(image), tf.tensor(text), labels);
      const error = assertThrows(call, Type, message);
      assertEquals(
        error.message.startsWith(
          "Cannot compute the cross-modal alignment loss: expected ",
        ),
        true,
      );
      assertEquals(tf.memory().numTensors, before + 2); // the two made here
    });
  refuses({ labels: [0, 3, 1] }, LabelError, "[0, 3) in `labels`, received 3");
  refuses({ labels: [0, 1] }, ShapeError, "3 labels in `labels`, received 2");
  refuses({ text: [[1], [2], [3]] }, ShapeError, "2 columns in `text`");
  refuses({ text: [[1, 0], [0, 0], [1, 1]] }, NotFiniteError, "row 1");
  refuses({ image: [[1, 0], [NaN, 0], [1, 1]] }, NotFiniteError, "`image`");
  refuses({ image: [1, 2, 3] }, ShapeError, "a matrix as `image`");
});

Deno.test("crossModalAlignmentLoss() with prototypes refuses images that cancel", () => {
  const image = [[1, 0], [-2, 0]];
  const error = assertThrows(
    () => term({ image, text: [[1, 1]], labels: [0, 0] }, { variant: "modal" }),
    NotFiniteError,
  );
  assertEquals(
    error.message,
    "Cannot align: expected a mean of class 0 with a direction in `image`, received directions that cancel",
  );
});
