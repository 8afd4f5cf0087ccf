import * as tf from "@tensorflow/tfjs";

/** Names by which software that pretends to be a GPU goes. */
const software = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** Whether there is a GPU behind WebGPU, not software. */
export async function hasGpu(): Promise<boolean> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return false;
  const { isFallbackAdapter, description, device, vendor } = adapter.info;
  return !isFallbackAdapter &&
    ![description, device, vendor].some((text) => software.test(text));
}

/** Whether the backend in use computes: a product of known value. */
export async function computes(): Promise<boolean> {
  const product = tf.tidy(() =>
    tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5], [6]]))
  );
  const values = await product.data();
  product.dispose();
  return values.join() === "17,39";
}
