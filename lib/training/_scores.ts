import type { HostMatrix } from "./evaluate.ts";

/** How well logits tell labels. */
export interface Scores {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly accuracy: number;
  /** The class of the largest logit, `[N]`. */
  readonly predictions: Int32Array;
}

/** Cross-entropy of one row of logits, by a log-sum-exp in float64, and its largest class. */
function score(
  row: Float32Array,
  label: number,
  temperature: number,
): { loss: number; prediction: number } {
  let prediction = 0;
  row.forEach((x, c) => {
    if (x > row[prediction]!) prediction = c;
  });
  const largest = row[prediction]!;
  const sum = row.reduce(
    (total, x) => total + Math.exp((x - largest) / temperature),
    0,
  );
  const gap = (largest - row[label]!) / temperature;
  return { loss: gap + Math.log(sum), prediction };
}

/** The scores of all rows. */
export function scoreAll(
  { data, shape: [rows, classes] }: HostMatrix,
  labels: Int32Array,
  temperature: number,
): Scores {
  const predictions = new Int32Array(rows);
  let loss = 0;
  let right = 0;
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * classes, (i + 1) * classes);
    const scored = score(row, labels[i]!, temperature);
    loss += scored.loss;
    right += scored.prediction === labels[i] ? 1 : 0;
    predictions[i] = scored.prediction;
  }
  return { loss: loss / rows, accuracy: right / rows, predictions };
}
