/** One figure of each kind, as the tests of snapshots, sizes and browsers all use them. */

import { Random } from "../../lib/core/mod.ts";
import {
  collapsePlot,
  type CollapseRecord,
  confusion,
  curves,
  type Figure,
  gramHeatmap,
  imageGrid,
  interplayPlot,
  type InterplayPoint,
  scatter2d,
  spectrumPlot,
} from "../../lib/display/mod.ts";

function over(n: number, f: (t: number) => number): number[] {
  return Array.from({ length: n }, (_, i) => f(i / n));
}

/** A run of `n` epochs as `interplay` of the metrics records it. */
export function interplayHistory(n: number): InterplayPoint[] {
  return Array.from({ length: n }, (_, i) => {
    const t = i / n;
    const spread = (mean: number, sd: number) => ({ mean, sd });
    return {
      epoch: i,
      accuracy: 0.95 - 0.7 * Math.exp(-5 * t),
      loss: 2.3 * Math.exp(-3 * t),
      entropy: {
        representations: 1 + 1.4 * (1 - Math.exp(-4 * t)),
        head: 2.3 - 0.15 * Math.exp(-3 * t) * Math.sin(6 * t),
        joint: 3.1 - 0.4 * t,
      },
      mutualInformation: 0.6 + t,
      mir: 0.55 + 0.2 * t + 0.01 * Math.sin(40 * t),
      hdr: 0.5 * Math.exp(-4 * t),
      samples: 1000,
      classes: 10,
      reference: {
        collapse: {
          entropy: {
            representations: Math.log(9),
            head: Math.log(9),
            joint: 2.301921,
          },
          mutualInformation: 2.092529,
          mir: 0.952351,
          hdr: 0,
        },
        shuffled: {
          mir: spread(0.25 + 0.02 * t, 0.01),
          hdr: spread(0.4 * Math.exp(-2 * t), 0.02),
          mutualInformation: spread(0.5, 0.01),
          permutations: 20,
        },
        random: {
          mir: spread(0.24, 0.005),
          hdr: spread(0.55, 0.01),
          mutualInformation: spread(0.5, 0.1),
        },
        ceiling: Math.log(1000),
      },
    };
  });
}

/** A run of `n` epochs as `neuralCollapse` of the metrics records it. */
export function collapseHistory(n: number): CollapseRecord[] {
  return Array.from({ length: n }, (_, i) => {
    const fall = (from: number, rate: number) => from * Math.exp(-rate * i / n);
    return {
      epoch: i + 1,
      nc1: {
        pinv: fall(2, 5),
        quotient: fall(1.5, 4),
        cdnv: fall(0.3, 4.5),
      },
      nc2: {
        equinormMeans: fall(0.3, 2),
        equinormHead: fall(0.25, 2.2),
        equiangularMeans: fall(0.2, 3),
        equiangularHead: fall(0.22, 2.8),
        etfError: fall(0.8, 2),
      },
      nc3: { selfDuality: fall(1, 2), structureError: fall(0.9, 2.2) },
      nc4: { agreement: 1 - fall(0.3, 4) },
    };
  });
}

/** Unit vectors about class means, and their labels. */
export function clusters(
  n: number,
  classes: number,
): { features: Float64Array[]; labels: number[] } {
  const random = new Random(3);
  const means = Array.from({ length: classes }, () => random.normals(16));
  const labels = Array.from({ length: n }, () => random.integer(classes));
  const features = labels.map((label) => {
    const row = random.normals(16).map((x, j) =>
      0.6 * x + (means[label]?.[j] ?? 0)
    );
    const norm = Math.hypot(...row);
    return row.map((x) => x / norm);
  });
  return { features, labels };
}

/** The Gram of unit rows, `[N, N]`. */
export function gramOf(rows: readonly Float64Array[]): number[][] {
  return rows.map((a) =>
    rows.map((b) => a.reduce((sum, x, k) => sum + x * (b[k] ?? 0), 0))
  );
}

/** Rings of 28 × 28 pixels in [0, 1]. */
export function rings(n: number): Float64Array[] {
  return Array.from(
    { length: n },
    (_, k) =>
      Float64Array.from({ length: 784 }, (_, i) => {
        const r = Math.hypot(
          i % 28 - 14,
          (Math.floor(i / 28) - 14) * (1 + k % 3 * 0.3),
        );
        return Math.max(0, Math.min(1, 1.2 - Math.abs(r - 6 - k % 4) / 2));
      }),
  );
}

function points(rows: readonly Float64Array[]): number[][] {
  return rows.map((row) => [row[0] ?? 0, row[1] ?? 0]);
}

/** One figure of each kind. */
export function gallery(): Record<string, Figure> {
  const { features, labels } = clusters(60, 5);
  const random = new Random(5);
  const truth = Array.from({ length: 500 }, () => random.integer(10));
  const predicted = truth.map((label) =>
    random.uniform() < 0.85 ? label : random.integer(10)
  );
  return {
    curves: curves({
      train: over(40, (t) => 1 - Math.exp(-5 * t)),
      test: {
        y: over(40, (t) => 0.9 - 0.8 * Math.exp(-4 * t)),
        low: over(40, (t) => 0.86 - 0.8 * Math.exp(-4 * t)),
        high: over(40, (t) => 0.93 - 0.8 * Math.exp(-4 * t)),
      },
      "with a gap": over(40, (t) => t > 0.4 && t < 0.6 ? NaN : 0.3 + t / 5),
    }, {
      title: "Accuracy",
      subtitle: "N = 1000 test samples",
      y: { title: "accuracy" },
      references: [{ value: 0.1, label: "chance" }],
    }),
    "curves-log": curves({
      loss: {
        x: over(25, (t) => 10 ** (1 + 4 * t)),
        y: over(25, (t) => 10 ** (-6 * t)),
      },
    }, {
      title: "Loss",
      x: { title: "step", log: true },
      y: { title: "loss", log: true },
    }),
    spectrum: spectrumPlot({
      before: over(40, (t) => Math.exp(-6 * t)),
      after: over(40, (t) => Math.exp(-14 * t)),
    }),
    "spectrum-cumulative": spectrumPlot(over(40, (t) => Math.exp(-6 * t)), {
      cumulative: true,
    }),
    interplay: interplayPlot(interplayHistory(12), { title: "Interplay" }),
    "interplay-alone": interplayPlot(
      interplayHistory(6).map(({ reference: _, ...rest }) => rest),
    ),
    collapse: collapsePlot(collapseHistory(12)),
    gram: gramHeatmap(gramOf(features), {
      labels,
      classNames: ["zero", "one", "two", "three", "four"],
    }),
    confusion: confusion(truth, predicted, {
      classNames: [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
      ],
    }),
    scatter: scatter2d(points(features), { labels, title: "Two coordinates" }),
    images: imageGrid(rings(12), {
      labels: rings(12).map((_, i) => i),
      columns: 6,
    }),
  };
}
