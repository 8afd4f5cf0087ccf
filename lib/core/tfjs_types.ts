/**
 * The types of tfjs that public signatures name. They are exported under the tag that keeps them out of
 * the generated documentation: tfjs documents them.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";

/**
 * A tensor of tfjs.
 * @ignore
 */
export type Tensor = tf.Tensor;

/**
 * A matrix of tfjs.
 * @ignore
 */
export type Tensor2D = tf.Tensor2D;

/**
 * A model of layers of tfjs.
 * @ignore
 */
export type LayersModel = tf.LayersModel;

/**
 * A variable of tfjs.
 * @ignore
 */
export type Variable = tf.Variable;

/**
 * A single number of tfjs.
 * @ignore
 */
export type Scalar = tf.Scalar;
