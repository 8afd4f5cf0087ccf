/**
 * The parts of a result, each compared with what it is here and now.
 *
 * @module
 */

import { TensorScope } from "../core/tensor_scope.ts";
import { libraryVersion } from "../core/version.ts";
import { checksum, type DataSet } from "../data/data_set.ts";
import { type BackendName, useBackend } from "../models/backend.ts";
import { evaluate } from "../training/evaluate.ts";
import { attachedWeights } from "./_attached_weights.ts";
import type { Comparison } from "./_comparison.ts";
import { flatNumbers } from "./_numbers.ts";
import type { AnyExperiment } from "./_registry.ts";
import { assignWeights, type Weights, weightsChecksum } from "./_weights.ts";
import { verifiableNumbers } from "./_working_lab.ts";
import type { ExperimentDefinition } from "./experiment.ts";
import type { ExperimentShape, KeptEvaluation, Result } from "./result.ts";

type Definition = ExperimentDefinition<ExperimentShape>;

/** Versions and backend: they explain a difference, but are none. */
export async function compareSurroundings(
  result: Result,
  comparison: Comparison,
): Promise<void> {
  const here = { interplay: libraryVersion, deno: Deno.version.deno };
  for (const [name, version] of Object.entries(here)) {
    const recorded = result.versions[name as keyof typeof here];
    comparison.words(`version of ${name}`, [recorded, version], {
      decisive: false,
    });
  }
  const wanted = result.backend as BackendName;
  const backend = await useBackend(wanted)
    .catch(() => useBackend("auto"));
  comparison.words("backend", [wanted, backend], { decisive: false });
}

/** Whether the numbers follow from the tables. */
export function compareConclusion(
  result: Result,
  definition: Definition,
  comparison: Comparison,
): void {
  const rows = Object.entries(result.series).map(([table, columns]) => {
    const names = Object.keys(columns);
    const length = columns[names[0] ?? ""]?.length ?? 0;
    const row = (i: number) =>
      Object.fromEntries(names.map((name) => [name, columns[name]![i]!]));
    return [table, Array.from({ length }, (_, i) => row(i))];
  });
  const { config, data } = result;
  const { summary, claims } = definition.conclude({
    config,
    data,
    rows: Object.fromEntries(rows),
  });
  comparison.numbers("summary: ", result.summary, summary);
  for (const claim of result.claims) {
    const found = String(claims[claim.name]?.holds);
    comparison.words(`claim ${claim.name}`, [String(claim.holds), found]);
  }
}

/** One model, rebuilt and measured. */
async function compareEvaluation(
  evaluation: KeptEvaluation,
  { result, definition, data, weights, comparison }: {
    result: Result;
    definition: Definition;
    data: Readonly<Record<string, DataSet>>;
    weights: Weights;
    comparison: Comparison;
  },
): Promise<void> {
  const { name, numbers } = evaluation;
  comparison.words(`weights of ${name}`, [
    evaluation.weights,
    weightsChecksum(weights),
  ]);
  using scope = new TensorScope();
  const model = scope.own(definition.model(result.config, data, result.seed));
  assignWeights(model, weights);
  const { loss, accuracy, measures } = await evaluate(
    model,
    data[evaluation.data]!,
    evaluation.options,
  );
  comparison.numbers(
    `${name}: `,
    numbers,
    verifiableNumbers({ ...measures, loss, accuracy }),
  );
}

/** The data of the configuration, and every model whose weights were kept. */
export async function compareByWeights(
  result: Result,
  definition: Definition,
  comparison: Comparison,
): Promise<void> {
  const data = await definition.data(result.config);
  for (const [role, recorded] of Object.entries(result.data)) {
    const set = data[role];
    const found = set === undefined ? "none" : checksum(set);
    comparison.words(`data, ${role}`, [recorded.checksum, found]);
  }
  const kept = await attachedWeights(result);
  for (const evaluation of result.evaluations) {
    const weights = kept?.get(evaluation.name);
    if (weights === undefined) {
      const what = `weights of ${evaluation.name}`;
      comparison.words(what, [evaluation.weights, "none saved"]);
      continue;
    }
    const all = { result, definition, data, weights, comparison };
    await compareEvaluation(evaluation, all);
  }
}

/** The whole experiment, once more. */
export async function compareByRerun(
  result: Result,
  experiment: AnyExperiment,
  { comparison, signal }: {
    comparison: Comparison;
    signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { config, seed } = result;
  const backend = result.backend as BackendName;
  const stop = signal === undefined ? {} : { signal };
  const again = await experiment({ ...config, seed, backend, ...stop });
  comparison.words("outcome", [result.outcome, again.outcome]);
  for (const [role, { checksum }] of Object.entries(result.data)) {
    comparison.words(`data, ${role}`, [checksum, again.data[role]!.checksum]);
  }
  comparison.numbers("", flatNumbers(result.series), flatNumbers(again.series));
}
