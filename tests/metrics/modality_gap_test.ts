import { assertAlmostEquals, assertThrows } from "@std/assert";
import { ShapeError } from "interplay";
import { modalityGap } from "interplay/metrics";

/** Unit vectors at these angles, in degrees. */
const at = (...degrees: number[]) =>
  degrees.map((x) => [
    Math.cos(x * Math.PI / 180),
    Math.sin(x * Math.PI / 180),
  ]);

Deno.test("modalityGap() is the distance of the means of unit vectors, of sets of any size", () => {
  // A mean of length cos 30° at 0° and one of length 1 at 60°: the law of cosines.
  const third = Math.sqrt(1.75 - Math.sqrt(0.75));
  assertAlmostEquals(modalityGap(at(-30, 30), at(60)), third, 1e-14);
  assertAlmostEquals(modalityGap(at(0), at(60)), 1, 1e-14);
  assertAlmostEquals(modalityGap(at(0, 90, 45), at(45, 90, 0)), 0, 1e-14);
  assertThrows(
    () => modalityGap(at(0), [[1, 2, 3]]),
    ShapeError,
    "expected 2 columns in `Y`, received 3",
  );
});
