/**
 * The experiments of this library by name: what a worker, the command line and a saved result know them by.
 *
 * @module
 */

import type { Experiment } from "./experiment.ts";
import type { ExperimentShape } from "./result.ts";
import { crossModalAlignment } from "./cross_modal_alignment.ts";
import { grokking } from "./grokking.ts";
import { informationLoss } from "./information_loss.ts";
import { labelSmoothing } from "./label_smoothing.ts";
import { linearModeConnectivity } from "./linear_mode_connectivity.ts";
import { pruning } from "./pruning.ts";
import { semiSupervised } from "./semi_supervised.ts";
import { temperatureSweep } from "./temperature_sweep.ts";
import { trainingDynamics } from "./training_dynamics.ts";

/** An experiment, whatever it takes and gives. */
export type AnyExperiment = Experiment<ExperimentShape>;

const experiments = [
  trainingDynamics,
  temperatureSweep,
  linearModeConnectivity,
  labelSmoothing,
  pruning,
  grokking,
  informationLoss,
  semiSupervised,
  crossModalAlignment,
];

/** All experiments, in the order of the paper. */
export const registry: ReadonlyMap<string, AnyExperiment> = new Map(
  experiments.map((experiment) => [
    experiment.definition.name,
    experiment as unknown as AnyExperiment,
  ]),
);
