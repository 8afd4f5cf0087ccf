import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { LabelError, OptionsError } from "../core/errors.ts";
import { InterruptListener } from "../core/interrupt.ts";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import type { DataSet } from "../data/data_set.ts";
import { gatherInputs } from "../data/subset.ts";
import type { InterplayValues } from "../metrics/mod.ts";
import {
  interClassEntropy,
  intraClassEntropy,
} from "../metrics/class_entropy.ts";
import {
  interplay,
  type InterplayOptions,
  type InterplayRecord,
} from "../metrics/interplay.ts";
import { reference, referenceEffort } from "../metrics/reference.ts";
import type { Classifier, ClassifierHead } from "../models/classifier.ts";
import { type ClassSpread, classSpread } from "./_class_spread.ts";
import { checkFit } from "./_fit.ts";
import { inputTensor, passes, type PassOptions } from "./_forward_all.ts";
import { directed } from "./_measures.ts";
import type { HostMatrix } from "./evaluate.ts";

/** The metrics of one layer. */
export interface LayerMeasures extends ClassSpread {
  /** Its name. */
  readonly layer: string;
  /** Numbers it has for a sample. */
  readonly width: number;
  /** Samples behind the entropies: those that are not all zeros in this layer. */
  readonly samples: number;
  /** Matrix entropies in nats: of the layer, of the head row of each label, and of both. */
  readonly entropy: InterplayValues["entropy"];
  /** With the head, in nats. */
  readonly mutualInformation: number;
  /** With the head, in `[0, 1]`; NaN where an entropy is 0. */
  readonly mir: number;
  /** With the head, in `[0, 1]`; NaN where both entropies are 0. */
  readonly hdr: number;
  /** Mean over the classes of the entropy of their samples, in nats. */
  readonly intraClassEntropy: number;
  /** Entropy of the class means, in nats. */
  readonly interClassEntropy: number;
  /** The yardsticks, where they were asked for. */
  readonly reference?: NonNullable<InterplayRecord["reference"]>;
  /** The place of MIR between shuffled labels (0) and collapse (1), where there is a reference. */
  readonly mirCalibrated?: number;
}

/** What each layer of a model makes of the same samples. */
export interface LayerProfile extends Displayable {
  /** Name of the model. */
  readonly model: string;
  /** Name of the data. */
  readonly data: string;
  /** Number of classes. */
  readonly classes: number;
  /** What entropies, MIR and HDR would be at exact neural collapse, for these very labels. */
  readonly collapse: InterplayValues;
  /** One record a layer, in the order of the model. */
  readonly layers: readonly LayerMeasures[];
}

/** Options of {@linkcode layerProfile}. */
export interface LayerProfileOptions {
  /** Names of layers, out of `model.layers`; all if left out. */
  readonly layers?: readonly string[];
  /** Samples a forward pass; changes memory and speed, not the result. 256 if left out. */
  readonly batchSize?: number;
  /** `false` for none (if left out), or the effort of the yardsticks as `interplay` takes it. */
  readonly reference?: NonNullable<InterplayOptions["reference"]>;
  /** Stops it between two forward passes. */
  readonly signal?: AbortSignal;
}

const profileOptions = z.strictObject({
  layers: z.array(z.string()).min(1).optional(),
  batchSize: z.int().positive().default(256),
  reference: z.union([z.literal(false), referenceEffort]).default(false),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
});

type Options = z.output<typeof profileOptions>;

/** What one layer makes of all samples, brought to the host batch by batch. */
async function activationsOf(
  model: Classifier,
  data: DataSet,
  { layer, ...options }: PassOptions & { layer: string },
): Promise<HostMatrix> {
  const rows = data.labels.length;
  let values: Float32Array | undefined;
  let at = 0;
  for await (const batch of passes(data, options)) {
    using scope = new TensorScope();
    const inputs = scope.own(
      inputTensor(model, gatherInputs(data, batch), batch.length),
    );
    const [out] = model.activations(inputs, [layer]) as [tf.Tensor2D];
    scope.own(out);
    values ??= new Float32Array(rows * out.shape[1]);
    values.set(await out.data(), at * out.shape[1]);
    at += batch.length;
  }
  return { data: values!, shape: [rows, values!.length / rows] };
}

/** The rows with zeros behind them: no cosine changes. */
function widened(
  { data, shape: [rows, columns] }: ClassifierHead["weights"] | HostMatrix,
  width: number,
): HostMatrix {
  if (width === columns) return { data, shape: [rows, columns] };
  const out = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    out.set(data.subarray(i * columns, (i + 1) * columns), i * width);
  }
  return { data: out, shape: [rows, width] };
}

/** The metrics of one layer, whose width need not be that of the head. */
function measureLayer(
  layer: string,
  all: { Z: HostMatrix; labels: Int32Array; head: ClassifierHead },
  { reference }: Options,
): LayerMeasures {
  const { representations: Z, labels, head } = directed({
    representations: all.Z,
    labels: all.labels,
    head: all.head,
  });
  const { weights } = head;
  const width = Math.max(Z.shape[1], weights.shape[1]);
  const { classes: _, ...both } = interplay(
    widened(Z, width),
    labels,
    { weights: widened(weights, width) },
    { reference },
  );
  return {
    layer,
    width: Z.shape[1],
    ...both,
    intraClassEntropy: intraClassEntropy(Z, labels),
    interClassEntropy: interClassEntropy(Z, labels),
    ...classSpread(all.Z, all.labels, weights.shape[0]),
  };
}

function display(
  { model, data, layers, collapse }: Omit<LayerProfile, keyof Displayable>,
): MimeBundle {
  return renderTable({
    caption: `Layers of ${model} on ${data}`,
    columns: [
      "layer",
      "width",
      "H",
      "MI with head",
      "MIR",
      "HDR",
      "H within classes",
      "tr Σ_W / tr Σ_B",
      "nearest mean",
      "N",
    ],
    rows: [
      ...layers.map((x) => [
        x.layer,
        x.width,
        x.entropy.representations,
        x.mutualInformation,
        x.mir,
        x.hdr,
        x.intraClassEntropy,
        x.nc1.quotient,
        x.nearestMean,
        x.samples,
      ]),
      [
        "at collapse",
        null,
        collapse.entropy.representations,
        collapse.mutualInformation,
        collapse.mir,
        collapse.hdr,
        0,
        0,
        1,
        null,
      ],
    ],
  });
}

/**
 * The metrics at every named layer of a model on the same samples: how representations come to agree with the
 * head from the inputs on. Entropies in nats.
 *
 * Each layer is held against the head row of each sample's label, as `interplay` does with the last one; the
 * widths may differ, since only cosines count. The map of a convolution is one row a sample, all places of it.
 * Samples that are all zeros in a layer have no direction there: the entropies leave them out, and `samples` says
 * how many took part.
 *
 * Cost: for each layer a forward pass, an eigen-decomposition of size `min(N, width)` and a joint one of size at
 * most `N`; memory for one layer at a time, `N · width`.
 *
 * @param model Any classifier; `model.layers` names what there is.
 * @param data Samples that fit it; every class at least once.
 * @param options Which layers, size of the forward pass, and the effort of the yardsticks.
 * @returns One record a layer, and the values at collapse; it shows itself as a table.
 * @throws {ShapeError} The data do not fit the model.
 * @throws {LabelError} The classes do not fit the model, or one has no sample.
 * @throws {NotFiniteError} A layer is not finite, or zero for all samples.
 * @throws {DOMException} An AbortError at an interrupt; at an abort of `signal` its reason.
 * @throws {OptionsError} An option is unknown or out of range, or there is no such layer.
 *
 * @example
 * ```ts
 * import { syntheticDigits } from "interplay/data";
 * import { mlp, useBackend } from "interplay/models";
 * import { layerProfile } from "interplay/training";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const model = mlp({ inputDimension: 784, hidden: [32, 16], classes: 10 });
 * const { layers, collapse } = await layerProfile(model, syntheticDigits({ samples: 200 }));
 * assertEquals(layers.map(({ layer }) => layer), ["hidden_1", "representation"]);
 * console.log(layers.map(({ mir }) => mir), "at collapse", collapse.mir);
 * model.dispose();
 * ```
 */
export async function layerProfile(
  model: Classifier,
  data: DataSet,
  options: LayerProfileOptions = {},
): Promise<LayerProfile> {
  const check = new Check("profile the layers");
  const parsed = check.options(profileOptions, options);
  const names = parsed.layers ?? model.layers;
  checkFit(check, model, data);
  checkLayers(check, model, names);
  checkClasses(check, data);
  using listener = new InterruptListener(parsed.signal, check.action);
  const { signal } = listener;
  const head = await model.head();
  const { labels, classes } = data;
  const layers: LayerMeasures[] = [];
  for (const layer of names) {
    const how = { layer, batchSize: parsed.batchSize, signal };
    const Z = await activationsOf(model, data, how);
    layers.push(measureLayer(layer, { Z, labels, head }, parsed));
  }
  const { collapse } = reference(labels, { classes, permutations: 1 });
  return displayable(
    { model: model.name, data: data.name, classes, collapse, layers },
    display,
  );
}

function checkLayers(
  check: Check,
  model: Classifier,
  names: readonly string[],
): void {
  const unknown = names.find((name) => !model.layers.includes(name));
  if (unknown === undefined) return;
  check.fail(
    OptionsError,
    `layers out of ${model.layers.join(", ")}`,
    JSON.stringify(unknown),
  );
}

function checkClasses(check: Check, { labels, classes }: DataSet): void {
  const present = new Set(labels);
  for (let c = 0; c < classes; c++) {
    if (!present.has(c)) {
      check.fail(
        LabelError,
        "a sample of every class",
        `none of class ${c}`,
      );
    }
  }
}
