import { type DataSet, dataSet } from "interplay/data";

/** Samples whose only value is their index, with these labels. */
export function numbered(labels: readonly number[], classes = 3): DataSet {
  return dataSet({
    inputs: Float32Array.from(labels, (_, i) => i),
    shape: [labels.length, 1],
    labels,
    classes,
    name: "numbered",
  });
}
