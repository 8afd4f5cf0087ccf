import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import { Comparison, type VerifiedPart } from "./_comparison.ts";
import { type AnyExperiment, registry } from "./_registry.ts";
import {
  compareByRerun,
  compareByWeights,
  compareConclusion,
  compareSurroundings,
} from "./_verified_parts.ts";
import type { Experiment } from "./experiment.ts";
import type { ExperimentShape, Result } from "./result.ts";

/** What came of checking a result; it shows itself as a table. */
export interface Verification extends Displayable {
  /** Whether everything decisive agrees. */
  readonly ok: boolean;
  /** What differs. */
  readonly differences: readonly VerifiedPart[];
  /** Everything that was compared. */
  readonly parts: readonly VerifiedPart[];
}

/** Options of {@linkcode verify}. */
export interface VerifyOptions<S extends ExperimentShape = ExperimentShape> {
  /**
   * "weights": rebuild data and model, and measure the saved weights anew. "rerun": run the whole experiment
   * again. The former if left out.
   */
  readonly by?: "weights" | "rerun";
  /** Largest difference that counts as none, relative to numbers above 1; 1e-6 if left out. */
  readonly tolerance?: number;
  /** The experiment, where it is none of this library. */
  readonly experiment?: Experiment<S>;
  /** Stops a rerun. */
  readonly signal?: AbortSignal;
}

const verifyOptions = z.strictObject({
  by: z.enum(["weights", "rerun"]).default("weights"),
  tolerance: z.number().nonnegative().default(1e-6),
  experiment: z.custom<AnyExperiment>((x) => typeof x === "function")
    .optional(),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
});

function display(
  { ok, parts, differences }: Omit<Verification, keyof Displayable>,
): MimeBundle {
  const agreeing = parts.length - differences.length;
  return renderTable({
    caption: `${
      ok ? "verified" : "not verified"
    }: ${agreeing} of ${parts.length} parts agree`,
    columns: ["what", "recorded", "found", "decisive"],
    rows: differences.map((part) => [
      part.what,
      part.recorded,
      part.found,
      part.decisive,
    ]),
  });
}

/** The experiment of a result, which must still take its configuration. */
function experimentOf(
  check: Check,
  { experiment, config }: Result,
  own: AnyExperiment | undefined,
): AnyExperiment {
  const found = own ?? registry.get(experiment);
  if (found === undefined) {
    const known = [...registry.keys()].join(", ");
    const expected = `one of ${known}, or an \`experiment\``;
    return check.fail(OptionsError, expected, experiment);
  }
  const parsed = found.definition.schema.safeParse(config);
  if (parsed.success) return found;
  const expected = `a configuration of ${experiment}`;
  return check.fail(OptionsError, expected, z.prettifyError(parsed.error));
}

/**
 * Checks a result, and says what differs: whether its numbers and claims follow from its tables, whether its
 * configuration gives the same data, and whether the weights saved with it are those it was measured with and
 * give the same numbers again. Other versions and another backend are named, but do not speak against it.
 *
 * The tables themselves are checked by a "rerun" alone: the whole experiment, once more, with the same seed.
 *
 * @param result A result, with its weights where they were saved: as it was returned, or loaded.
 * @param options How to check it, and how close is close enough.
 * @returns What agrees and what does not; it shows itself as a table of the differences.
 * @throws {OptionsError} The experiment is none of this library and was not given, or no longer takes the
 * configuration.
 *
 * @example
 * ```ts
 * import { trainingDynamics, verify } from "interplay/experiments";
 * import { assert } from "@std/assert";
 *
 * const result = await trainingDynamics({ data: { kind: "gaussian" }, training: { epochs: 1 } });
 * const { ok, parts } = await verify(result);
 * assert(ok);
 * assert(parts.some(({ what }) => what === "trained: mir"));
 * ```
 */
export async function verify<S extends ExperimentShape>(
  result: Result<S>,
  options: VerifyOptions<S> = {},
): Promise<Verification> {
  const check = new Check("verify the result");
  const { by, tolerance, signal, ...own } = check.options(
    verifyOptions,
    options,
  );
  const general = result as unknown as Result;
  const experiment = experimentOf(check, general, own.experiment);
  const { definition } = experiment;
  const comparison = new Comparison(tolerance);
  await compareSurroundings(general, comparison);
  compareConclusion(general, definition, comparison);
  await (by === "weights"
    ? compareByWeights(general, definition, comparison)
    : compareByRerun(general, experiment, { comparison, signal }));
  const { parts } = comparison;
  const differences = parts.filter(({ agrees }) => !agrees);
  const ok = differences.every(({ decisive }) => !decisive);
  return displayable({ ok, differences, parts }, display);
}
