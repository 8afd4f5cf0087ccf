/** Tables made by hand, and what an experiment concludes from them. */

import type {
  Conclusion,
  DataRecord,
  ExperimentDefinition,
  ExperimentShape,
  Observations,
} from "interplay/experiments";

/** A data set by what identifies it. */
export function testRecord(classes: number): DataRecord {
  return { name: "by hand", checksum: "", samples: 100, classes };
}

/** What follows from rows; every claim that the paper is held to must be judged, and no other. */
export function conclusionOf<S extends ExperimentShape>(
  definition: ExperimentDefinition<S>,
  observations: Observations<S>,
): Conclusion<S> {
  const conclusion = definition.conclude(observations);
  const names = Object.keys(definition.paper.claims).sort().join();
  if (Object.keys(conclusion.claims).sort().join() !== names) {
    throw new Error(`Cannot judge ${definition.name}: expected ${names}`);
  }
  return conclusion;
}

/** The verdicts by name. */
export function claimsOf<S extends ExperimentShape>(
  { claims }: Conclusion<S>,
): Record<string, boolean | null> {
  const entries = Object.entries<{ holds: boolean | null }>(claims);
  return Object.fromEntries(entries.map(([name, { holds }]) => [name, holds]));
}
