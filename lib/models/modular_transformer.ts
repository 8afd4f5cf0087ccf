import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import type { Classifier } from "./classifier.ts";
import { EncoderClassifier } from "./_encoder_classifier.ts";
import { dense, linearMap } from "./_network/dense.ts";
import { type Network, NetworkEncoder } from "./_network/network_encoder.ts";
import { gaussian, Weights } from "./_network/weights.ts";

/** Options of {@linkcode modularTransformer}. */
export interface ModularTransformerOptions {
  /** `p`: the number of classes; tokens are the numbers below it, and `p` itself for "=". */
  readonly modulus: number;
  /** Width of the residual stream; 128 if left out. */
  readonly dimension?: number;
  /** Attention heads, which share the width among them; 4 if left out. */
  readonly heads?: number;
  /** Width of the layer after attention; 512 if left out. */
  readonly hidden?: number;
  /** Fixes the initial weights; 0 if left out. */
  readonly seed?: number;
}

const size = z.int().positive();

const modularTransformerOptions = z.strictObject({
  modulus: z.int().min(2),
  dimension: size.default(128),
  heads: size.default(4),
  hidden: size.default(512),
  seed: z.int().default(0),
});

type Options = z.output<typeof modularTransformerOptions>;

/** Tokens of a sample: a, b, =. */
const POSITIONS = 3;

/**
 * What every head reads at the last position: a mean of `values [n, 3, d]` weighted by the softmax of
 * `query · keys / √(d/heads)`; `[n, d]`.
 */
function attend(
  query: tf.Tensor2D,
  { keys, values, heads }: {
    keys: tf.Tensor;
    values: tf.Tensor;
    heads: number;
  },
): tf.Tensor2D {
  const [n, d] = query.shape;
  const width = d / heads;
  const perHead = (x: tf.Tensor, positions: number) =>
    tf.reshape(x, [n, positions, heads, width]);
  const products = tf.mul(perHead(query, 1), perHead(keys, POSITIONS));
  const scores = tf.div(tf.sum(products, -1), Math.sqrt(width));
  const shares = tf.softmax(tf.transpose(scores, [0, 2, 1]));
  const weights = tf.expandDims(tf.transpose(shares, [0, 2, 1]), -1);
  const read = tf.sum(tf.mul(weights, perHead(values, POSITIONS)), 1);
  return tf.reshape(read, [n, d]);
}

type Map2D = (x: tf.Tensor2D) => tf.Tensor2D;

/** The maps of attention, none with a bias. */
interface AttentionMaps {
  readonly query: Map2D;
  readonly key: Map2D;
  readonly value: Map2D;
  readonly output: Map2D;
}

/** Where the tokens of a batch stand in a table `[positions · tokens, d]`; where there is no such token, −1. */
function rowsOf(batch: tf.Tensor, tokens: number): tf.Tensor2D {
  const token = tf.cast<tf.Tensor2D>(batch as tf.Tensor2D, "int32");
  const start = tf.range(0, POSITIONS * tokens, tokens, "int32");
  const known = tf.logicalAnd(
    tf.greaterEqual(token, tf.scalar(0, "int32")),
    tf.less(token, tf.scalar(tokens, "int32")),
  );
  const none = tf.fill<tf.Rank.R2>(token.shape, -1, "int32");
  return tf.where(known, tf.add(token, start), none);
}

/**
 * Attention of the last position to all, for tokens at these rows of a table. There are fewer rows in the table
 * than tokens in a batch, so it is the table that is multiplied.
 */
function attention(
  { query, key, value, output }: AttentionMaps,
  { table, rows, heads }: {
    table: tf.Tensor2D;
    rows: tf.Tensor2D;
    heads: number;
  },
): tf.Tensor2D {
  const asked = tf.gather(query(table), lastOf(rows));
  const keys = tf.gather<tf.Tensor>(key(table), rows);
  const values = tf.gather<tf.Tensor>(value(table), rows);
  return output(attend(asked, { keys, values, heads }));
}

/** The last column. */
function lastOf(rows: tf.Tensor2D): tf.Tensor1D {
  return tf.reshape(tf.slice(rows, [0, POSITIONS - 1], [-1, 1]), [-1]);
}

/** What every token is at every position: `[positions · tokens, d]`. */
function embedding(
  weights: Weights,
  { tokens, dimension }: { tokens: number; dimension: number },
): () => tf.Tensor2D {
  const make = (layer: string, rows: number) =>
    weights.make<tf.Rank.R2>(layer, "kernel", {
      shape: [rows, dimension],
      draw: gaussian(1 / dimension),
    });
  const [token, position] = [
    make("token", tokens),
    make("position", POSITIONS),
  ];
  return () =>
    tf.reshape(
      tf.add(tf.expandDims(position, 1), tf.expandDims(token, 0)),
      [POSITIONS * tokens, dimension],
    );
}

function build(weights: Weights, options: Options): Network {
  const { modulus, dimension, heads, hidden } = options;
  const map = (layer: string, inputs: number, outputs: number, bias: boolean) =>
    dense(weights, layer, { inputs, outputs, variance: 1 / dimension, bias });
  const embed = embedding(weights, { tokens: modulus + 1, dimension });
  const maps: AttentionMaps = {
    query: map("query", dimension, dimension, false),
    key: map("key", dimension, dimension, false),
    value: map("value", dimension, dimension, false),
    output: map("output", dimension, dimension, false),
  };
  const widen = map("widen", dimension, hidden, true);
  const narrow = map("narrow", hidden, dimension, true);
  return {
    inputShape: [POSITIONS],
    layers: ["attention", "hidden", "representation"],
    head: linearMap(weights, "head", {
      inputs: dimension,
      outputs: modulus,
      variance: 1 / modulus,
      bias: false,
    }),
    encode: (batch, pass) => {
      const [table, rows] = [embed(), rowsOf(batch, modulus + 1)];
      const start = tf.gather(table, lastOf(rows));
      const read = attention(maps, { table, rows, heads });
      const stream = pass.through(
        "attention",
        tf.add<tf.Tensor2D>(start, read),
      );
      const rectified = pass.through("hidden", tf.relu(widen(stream)));
      const out = tf.add<tf.Tensor2D>(stream, narrow(rectified));
      return pass.through("representation", out);
    },
  };
}

/**
 * The transformer that groks addition modulo `p`: samples are the three tokens of "a b =", the
 * representation is the residual stream at "=", the head is the unembedding.
 *
 * One layer: learned positions, attention without biases, a rectified layer with biases, no normalisation.
 * Attention is computed for the last position alone, which is all that the answer depends on. The head has a row
 * for each number and none for "=", which is never an answer. All weights start Gaussian, with variance
 * `1 / dimension`, the head's with `1 / p`; biases start at 0. 226,688 weights for `p = 113`.
 *
 * @param options Modulus, widths and seed.
 * @returns The classifier, of samples `[a, b, p]`; dispose it when done.
 * @throws {OptionsError} An option is unknown or out of range, or the heads do not divide the width.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { modularTransformer, useBackend } from "interplay/models";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const model = modularTransformer({ modulus: 113 });
 * const { representations, logits } = model.forward(tf.tensor2d([[3, 110, 113], [7, 8, 113]]));
 * assertEquals([representations.shape, logits.shape], [[2, 128], [2, 113]]);
 * tf.dispose([representations, logits]);
 * model.dispose();
 * ```
 *
 * @see Nanda, Chan, Lieberum, Smith and Steinhardt, "Progress measures for grokking via mechanistic
 * interpretability", ICLR 2023.
 */
export function modularTransformer(
  options: ModularTransformerOptions,
): Classifier {
  const check = new Check("build a transformer");
  const parsed = check.options(modularTransformerOptions, options);
  const { modulus, dimension, heads, hidden, seed } = parsed;
  if (dimension % heads !== 0) {
    check.fail(
      OptionsError,
      `a \`dimension\` that ${heads} heads divide`,
      dimension,
    );
  }
  return new EncoderClassifier(
    `modularTransformer(${modulus}, ${dimension}-${heads}×${
      dimension / heads
    }-${hidden}, seed ${seed})`,
    new NetworkEncoder(
      (weights) => build(weights, parsed),
      Weights.seeded(seed),
    ),
  );
}
