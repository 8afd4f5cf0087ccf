import * as tf from "@tensorflow/tfjs";

/**
 * The callback that tfjs accepts in `model.fit`.
 * @ignore
 */
export class TfjsCallback extends tf.Callback {}
