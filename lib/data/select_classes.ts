import { Check } from "../core/check.ts";
import { LabelError } from "../core/errors.ts";
import { type DataSet, showable } from "./data_set.ts";
import { subset } from "./subset.ts";

/**
 * The samples of some classes alone, numbered anew: `classes[k]` becomes class `k`. Base and new classes of
 * a cross-modal experiment, or a smaller problem of fewer classes.
 *
 * @param data Any data set.
 * @param classes Which, in their new order; each at most once.
 * @returns A data set of these classes, samples in the order of the whole.
 * @throws {LabelError} There is no class, one is not in `[0, classes)`, comes twice, or none has a sample.
 *
 * @example
 * ```ts
 * import { selectClasses, syntheticDigits } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const digits = syntheticDigits({ samples: 100 });
 * const pair = selectClasses(digits, [7, 1]);
 * assertEquals(pair.shape, [20, 28, 28, 1]);
 * assertEquals(pair.classNames, ["7", "1"]);
 * ```
 */
export function selectClasses(
  data: DataSet,
  classes: readonly number[],
): DataSet {
  const check = new Check("select classes");
  const place = new Map<number, number>();
  classes.forEach((c, k) => {
    if (!Number.isInteger(c) || c < 0 || c >= data.classes) {
      const expected = `an integer in [0, ${data.classes}) in \`classes\``;
      check.fail(LabelError, expected, `${c} at ${k}`);
    }
    if (place.has(c)) {
      check.fail(LabelError, "each class once", `${c} again at ${k}`);
    }
    place.set(c, k);
  });
  const indices = Array.from(data.labels.keys())
    .filter((i) => place.has(data.labels[i]!));
  if (indices.length === 0) {
    check.fail(LabelError, "a sample of these classes", "none");
  }
  const taken = subset(data, indices);
  const classNames = classes.map((c) => data.classNames[c]!);
  return showable({
    ...taken,
    name: `${data.name}, classes ${classNames.join(", ")}`,
    labels: taken.labels.map((label) => place.get(label)!),
    classes: classes.length,
    classNames,
  });
}
