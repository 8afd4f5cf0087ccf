import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { type Displayable, displayable } from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import {
  cheapest,
  type Form,
  type FormName,
  hadamardForms,
  labelledForms,
  rowForms,
} from "../linalg/forms.ts";

/** Sizes of what is to be measured. */
export interface ExplainOptions {
  /** Number of samples `N`. */
  readonly samples: number;
  /** Width `d` of the representations. */
  readonly dimension: number;
  /** Number of classes `C`, for the interplay with a head; or … */
  readonly classes?: number;
  /** … width of another view of the same samples. */
  readonly second?: number;
}

/** One matrix whose eigenvalues would serve. */
export interface PlannedForm {
  /** What it is made of. */
  readonly form: FormName;
  /** Its rows. */
  readonly size: number;
  /** Predicted multiplications. */
  readonly cost: number;
  /** Predicted memory, in bytes. */
  readonly bytes: number;
  /** Whether this is the one that is taken. */
  readonly taken: boolean;
}

/** For each entropy the matrices that would serve. */
export interface Plan extends Displayable {
  /** For `H(Z)`. */
  readonly representations: readonly PlannedForm[];
  /** For the entropy of the head rows, or of the second view. */
  readonly other: readonly PlannedForm[];
  /** For the joint entropy. */
  readonly joint: readonly PlannedForm[];
}

const size = z.int().positive();
const explainOptions = z.strictObject({
  samples: size,
  dimension: size,
  classes: size.optional(),
  second: size.optional(),
});

function planned(forms: readonly [Form, ...Form[]]): PlannedForm[] {
  const best = cheapest(forms);
  return forms.map((form) => ({
    form: form.name,
    size: form.size,
    cost: form.cost,
    bytes: form.bytes,
    taken: form === best,
  }));
}

function display(plan: Omit<Plan, keyof Displayable>) {
  const rows = (what: string, forms: readonly PlannedForm[]) =>
    forms.map((
      f,
    ) => [
      what,
      f.form,
      f.size,
      f.cost,
      f.bytes / 2 ** 20,
      f.taken ? "taken" : "",
    ]);
  return renderTable({
    columns: ["entropy", "form", "size", "multiplications", "MiB", ""],
    rows: [
      ...rows("representations", plan.representations),
      ...rows("head or second view", plan.other),
      ...rows("joint", plan.joint),
    ],
  });
}

/**
 * How the entropies of given sizes are computed, and what it costs: which matrix with the same nonzero
 * eigenvalues is formed, of those that would serve. Nothing is computed but the plan.
 *
 * The choice is by predicted cost alone: a Gram `N × N`, a second moment `d × d`, a Khatri–Rao moment
 * `d₁d₂ × d₁d₂`, or class moments `d·r × d·r` with `r = min(C, d)` the rank of the head.
 *
 * @param options Sizes; either `classes` or `second`.
 * @returns The plan; it shows itself as a table.
 * @throws {OptionsError} A size is not a positive integer, or `classes` and `second` are both given or
 * both missing.
 *
 * @example
 * ```ts
 * import { explain } from "interplay/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * const { joint } = explain({ samples: 10_000, dimension: 64, classes: 10 });
 * assertEquals(joint.find((form) => form.taken)?.form, "class moments");
 * assertEquals(joint.find((form) => form.taken)?.size, 640); // not 10,000
 * ```
 */
export function explain(options: ExplainOptions): Plan {
  const check = new Check("explain the computation");
  const { samples, dimension: d, classes, second } = check.options(
    explainOptions,
    options,
  );
  if ((classes === undefined) === (second === undefined)) {
    const received = classes === undefined ? "neither" : "both";
    check.fail(OptionsError, "either `classes` or `second`", received);
  }
  const width = second ?? d;
  const repeated = Math.min(samples, classes ?? samples);
  return displayable({
    representations: planned(rowForms(samples, d)),
    other: planned(rowForms(repeated, width)),
    joint: planned(
      classes === undefined
        ? hadamardForms(samples, d, width)
        : labelledForms(samples, { d, classes, rank: Math.min(classes, d) }),
    ),
  }, display);
}
