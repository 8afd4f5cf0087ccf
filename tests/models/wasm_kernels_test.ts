import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { normalized } from "../../lib/models/_network/normalization.ts";
import { instantiate } from "../../lib/models/_wasm/heap.ts";
import { buildModules, modelsKernel } from "../linalg/wasm_build.ts";
import {
  differenceToCpu,
  normals,
  unfreed,
  withGradients,
} from "./both_backends.ts";

/** float32: sums of a few hundred products of size about 1, so some hundred units of 2⁻²⁴ on both sides. */
const TOLERANCE = 1e-4;

async function assertAgrees(body: () => tf.Tensor[]): Promise<void> {
  const difference = await differenceToCpu(body);
  assert(difference < TOLERANCE, `${difference}`);
}

Deno.test("the WASM kernels are what their sources compile to", async () => {
  const path = new URL(modelsKernel.file, modelsKernel.folder);
  assertEquals(
    await Deno.readTextFile(path),
    await buildModules(modelsKernel),
  );
});

Deno.test("the WASM kernels round every product, so that every machine computes the same", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { packRows, packColumns, multiply } = instantiate(memory);
  const floats = new Float32Array(memory.buffer);
  const x = 1 + 2 ** -12;
  // x² is 1 + 2⁻¹¹ + 2⁻²⁴; the last term is lost where the product is rounded, and kept where it is fused.
  floats.set([-(1 + 2 ** -11), x], 256);
  floats.set([1, x], 512);
  packRows(1024, 8, 1, 2, 4, 4096, 32);
  packColumns(2048, 4, 1, 2, 8, 8192, 64);
  multiply(16384, 4, 1, 1, 4096, 32, 8192, 64, 2, 0, false);
  assertEquals(floats[4096], 0);
});

const flags = [[false, false], [true, false], [false, true], [true, true]];

for (const [transposeA, transposeB] of flags as [boolean, boolean][]) {
  const name = `${transposeA ? "Aᵀ" : "A"}·${transposeB ? "Bᵀ" : "B"}`;
  const a = (m: number, k: number) => transposeA ? [k, m] : [m, k];
  const b = (k: number, n: number) => transposeB ? [n, k] : [k, n];

  Deno.test(`matMul on WASM is that of the CPU with its gradients: ${name}`, async () => {
    for (
      const [m, k, n] of [[1, 1, 1], [7, 40, 5], [4, 8, 16], [66, 3, 9]] as [
        number,
        number,
        number,
      ][]
    ) {
      for (const batch of [[], [3], [2, 3]]) {
        await assertAgrees(() =>
          withGradients(
            (x, y) => tf.matMul(x, y, transposeA, transposeB),
            [
              normals(1, [...batch, ...a(m, k)]),
              normals(2, [
                ...batch,
                ...b(k, n),
              ]),
            ],
          )
        );
      }
    }
  });

  Deno.test(`fused matMul on WASM is that of the CPU, with bias and activation: ${name}`, async () => {
    // "elu", where tfjs itself forgets it when an operand is transposed
    for (const activation of ["linear", "relu", "elu"] as const) {
      for (const width of [5, 8]) {
        await assertAgrees(() => [
          tf.fused.matMul({
            a: normals(1, a(7, 40)),
            b: normals(2, b(40, width)),
            transposeA,
            transposeB,
            bias: normals(3, [width]),
            activation,
          }),
        ]);
      }
    }
  });
}

Deno.test("matMul on WASM goes through matrices larger than its blocks", async () => {
  // 300 products a sum.
  await assertAgrees(() => [
    tf.matMul(normals(1, [70, 300]), normals(2, [300, 265])),
    tf.matMul(normals(3, [300, 70]), normals(4, [265, 300]), true, true),
  ]);
});

Deno.test("matMul on WASM broadcasts one matrix, a batch of batches, and what is neither", async () => {
  for (
    const [left, right] of [[[1], [4]], [[4], [1]], [[2, 1], [2, 3]], [[], [
      2,
      3,
    ]]]
  ) {
    await assertAgrees(() => [
      tf.matMul(
        normals(1, [...left!, 7, 9]),
        normals(2, [...right!, 5, 9]),
        false,
        true,
      ),
    ]);
  }
});

interface ConvolutionCase {
  readonly name: string;
  /** Batch, height, width, channels. */
  readonly x: [number, number, number, number];
  /** Height, width, outputs. */
  readonly filter: [number, number, number];
  readonly stride?: number | [number, number];
  readonly pad?: "same" | "valid" | number | [
    [0, 0],
    [number, number],
    [number, number],
    [0, 0],
  ];
}

const convolutions: ConvolutionCase[] = [
  { name: "one channel", x: [3, 8, 8, 1], filter: [3, 3, 8] },
  { name: "three channels", x: [2, 7, 9, 3], filter: [3, 3, 5] },
  { name: "four and eight", x: [2, 6, 6, 4], filter: [3, 3, 8] },
  { name: "five channels", x: [2, 6, 5, 5], filter: [2, 4, 6] },
  { name: "stride 2, even", x: [2, 8, 8, 4], filter: [3, 3, 8], stride: 2 },
  { name: "stride 2, odd", x: [2, 9, 7, 4], filter: [3, 3, 4], stride: 2 },
  {
    name: "strides 1 and 3",
    x: [2, 7, 10, 2],
    filter: [3, 2, 3],
    stride: [1, 3],
  },
  {
    name: "a stride that leaves rows out",
    x: [2, 8, 8, 2],
    filter: [2, 2, 3],
    stride: 3,
    pad: "valid",
  },
  { name: "1 × 1", x: [2, 5, 5, 6], filter: [1, 1, 9] },
  { name: "1 × 1, stride 2", x: [2, 6, 6, 4], filter: [1, 1, 8], stride: 2 },
  {
    name: "as large as the image",
    x: [3, 4, 4, 2],
    filter: [4, 4, 3],
    pad: "valid",
  },
  { name: "larger than the image", x: [2, 3, 3, 2], filter: [5, 5, 3] },
  { name: "padded by a number", x: [2, 5, 5, 2], filter: [3, 3, 3], pad: 2 },
  {
    name: "padded beyond the filter, unevenly",
    x: [2, 5, 4, 2],
    filter: [1, 2, 3],
    pad: [[0, 0], [2, 1], [0, 3], [0, 0]],
  },
  { name: "many small images", x: [70, 3, 3, 4], filter: [3, 3, 4] },
  { name: "rows longer than a block", x: [1, 3, 270, 1], filter: [3, 3, 2] },
  { name: "by tiles, even", x: [3, 8, 6, 8], filter: [3, 3, 8] },
  { name: "by tiles, odd", x: [2, 7, 9, 12], filter: [3, 3, 20] },
  {
    name: "by tiles, no zeros around",
    x: [2, 8, 9, 16],
    filter: [3, 3, 12],
    pad: "valid",
  },
  {
    name: "by tiles, padded unevenly",
    x: [2, 6, 5, 8],
    filter: [3, 3, 12],
    pad: [[0, 0], [2, 0], [3, 1], [0, 0]],
  },
  { name: "by many tiles", x: [1, 21, 40, 32], filter: [3, 3, 64] },
  { name: "by tiles of many images", x: [40, 2, 3, 8], filter: [3, 3, 8] },
  { name: "channels more than a block", x: [1, 3, 3, 270], filter: [3, 3, 10] },
];

for (const { name, x, filter, stride = 1, pad = "same" } of convolutions) {
  const [height, width, outputs] = filter;
  const shape = [height, width, x[3], outputs] as const;
  const apply = (x: tf.Tensor, filter: tf.Tensor) =>
    tf.conv2d(
      x as tf.Tensor4D,
      filter as tf.Tensor4D,
      stride,
      pad,
      "NHWC",
      1,
      typeof pad === "string" ? undefined : "floor",
    );

  Deno.test(`conv2d on WASM is that of the CPU with its gradients: ${name}`, () =>
    assertAgrees(() => {
      // A filter of norm about 1, so that sums over many channels stay of size about 1.
      const scale = 1 / Math.sqrt(height * width * x[3]);
      return withGradients(
        (x, filter) => apply(x, tf.mul(filter, scale)),
        [normals(1, x), normals(2, shape)],
      );
    }));
}

Deno.test("conv2d on WASM is that of the CPU under dilation", async () => {
  for (const dilation of [2, [1, 3]] as (number | [number, number])[]) {
    for (const pad of ["same", "valid"] as const) {
      await assertAgrees(() => [
        tf.conv2d(
          normals<tf.Rank.R4>(1, [2, 9, 8, 3]),
          normals<tf.Rank.R4>(2, [3, 2, 3, 5]),
          1,
          pad,
          "NHWC",
          dilation,
        ),
      ]);
    }
  }
});

Deno.test("fused conv2d on WASM is that of the CPU, with bias and activation", async () => {
  for (
    const activation of [
      ...["linear", "relu", "relu6", "elu", "sigmoid"] as const,
      ...["leakyrelu", "prelu"] as const,
    ]
  ) {
    await assertAgrees(() => [
      tf.fused.conv2d({
        x: normals<tf.Rank.R4>(1, [2, 6, 5, 3]),
        filter: normals<tf.Rank.R4>(2, [3, 3, 3, 7]),
        strides: 1,
        pad: "same",
        bias: normals(3, [7]),
        activation,
        leakyreluAlpha: 0.3,
        ...activation === "prelu"
          ? { preluActivationWeights: normals(4, [7]) }
          : {},
      }),
    ]);
  }
});

Deno.test("the gradient of conv2dTranspose on WASM is that of the CPU", () =>
  assertAgrees(() =>
    withGradients(
      (x, filter) =>
        tf.conv2dTranspose(
          x as tf.Tensor4D,
          filter as tf.Tensor4D,
          [2, 8, 8, 3],
          2,
          "same",
        ),
      [normals(1, [2, 4, 4, 5]), normals(2, [3, 3, 3, 5])],
    )
  ));

for (const multiplier of [1, 2]) {
  for (const channels of [4, 6]) {
    for (const stride of [1, 2]) {
      for (const pad of ["same", "valid"] as const) {
        Deno.test(`depthwiseConv2d on WASM is that of the CPU with its gradients: ${channels} channels × ${multiplier}, stride ${stride}, ${pad}`, () =>
          assertAgrees(() =>
            withGradients(
              (x, filter) =>
                tf.depthwiseConv2d(
                  x as tf.Tensor4D,
                  filter as tf.Tensor4D,
                  stride,
                  pad,
                ),
              [
                normals(1, [2, 7, 6, channels]),
                normals(2, [3, 2, channels, multiplier]),
              ],
            )
          ));
      }
    }
  }
}

for (
  const [size, stride, pad] of [
    [2, 2, "valid"],
    [2, 2, "same"],
    [3, 2, "same"],
    [3, 1, "same"],
    [2, 3, "valid"],
    [3, 2, 1],
  ] as [number, number, "same" | "valid" | number][]
) {
  Deno.test(`maxPool on WASM has the gradient of the CPU: ${size} × ${size}, stride ${stride}, pad ${pad}`, async () => {
    for (const channels of [1, 4, 7]) {
      await assertAgrees(() =>
        withGradients(
          // Few values, so that a window often has its largest more than once.
          (x) =>
            tf.maxPool(
              x as tf.Tensor4D,
              size,
              stride,
              pad,
              typeof pad === "number" ? "floor" : undefined,
            ),
          [tf.round(normals(1, [2, 7, 8, channels]))],
        )
      );
    }
  });
}

Deno.test("sum over the first axes on WASM is that of the CPU", async () => {
  for (const columns of [1, 3, 4, 16, 37]) {
    for (const keep of [false, true]) {
      await assertAgrees(() => {
        const x = normals(1, [5, 3, 2, columns]);
        return [0, [0, 1], [1, 0, 2], [-4, 1], [0, 2], [3], undefined].map((
          axes,
        ) => tf.sum(x, axes, keep));
      });
    }
  }
});

Deno.test("sum over the first axes on WASM adds long columns in parts", async () => {
  await useBackend("wasm");
  // One sum in float32 would stay at 2²⁴.
  const ones = tf.ones([2 ** 24 + 2 ** 20, 1]);
  const sum = tf.sum(ones, 0);
  assertEquals(sum.dataSync()[0], 2 ** 24 + 2 ** 20);
  tf.dispose([ones, sum]);
});

Deno.test("sum of integers on WASM is left to the backend", async () => {
  await useBackend("wasm");
  tf.tidy(() => {
    const sum = tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], "int32"), 0);
    assertEquals([sum.dtype, ...sum.dataSync()], ["int32", 4, 6]);
  });
});

Deno.test("gather on WASM has the gradient of the CPU", async () => {
  for (const axis of [0, 1]) {
    for (const width of [3, 6]) {
      await assertAgrees(() => {
        const indices = tf.tensor1d([2, 0, 2, 1, 2], "int32");
        return withGradients(
          (x) => tf.gather(x, indices, axis),
          [normals(1, [4, 4, width])],
        );
      });
    }
  }
});

Deno.test("unsortedSegmentSum on WASM leaves negative segments out", () =>
  assertAgrees(() => [
    tf.unsortedSegmentSum(
      normals(1, [5, 6]),
      tf.tensor1d([1, -1, 0, 1, 5], "int32"),
      3,
    ),
  ]));

Deno.test("a clone on WASM outlives its original", async () => {
  await useBackend("wasm");
  const original = tf.tensor1d([1, 2, 3]);
  const copy = tf.clone(original);
  original.dispose();
  assertEquals([...copy.dataSync()], [1, 2, 3]);
  copy.dispose();
});

Deno.test("gather on WASM says which row there is not", async () => {
  await useBackend("wasm");
  const x = tf.ones([3, 2]);
  const indices = tf.tensor1d([1, 3], "int32");
  const before = tf.memory().numTensors;
  const error = assertThrows(() => tf.gather(x, indices), RangeError);
  assertEquals(
    error.message,
    "Cannot gather rows: expected numbers in [0, 3), received 3 at 1",
  );
  assertEquals(tf.memory().numTensors, before);
  tf.dispose([x, indices]);
});

for (const channels of [3, 4, 16, 20]) {
  for (const slope of [0, 0.1, 1]) {
    Deno.test(`normalized() on WASM is that of the CPU with its gradients: ${channels} channels, slope ${slope}`, async () => {
      const observed: number[][] = [];
      await assertAgrees(() =>
        withGradients(
          (x, gamma, beta) =>
            normalized(x as tf.Tensor4D, {
              gamma: gamma as tf.Tensor1D,
              beta: beta as tf.Tensor1D,
              epsilon: 1e-3,
              slope,
              observe: ({ mean, variance }) =>
                observed.push([...mean.dataSync(), ...variance.dataSync()]),
            }),
          [
            tf.add(tf.mul(normals(1, [5, 31, 7, channels]), 3), 2),
            normals(2, [channels]),
            normals(3, [channels]),
          ],
        )
      );
      // Once by itself and once under its gradient, on each backend.
      const [cpu, , wasm] = observed;
      assertEquals(observed.length, 4);
      cpu!.forEach((value, i) => assert(Math.abs(value - wasm![i]!) < 1e-4));
    });
  }
}

Deno.test("normalized() has the gradient of what tfjs composes", async () => {
  await useBackend("cpu");
  tf.tidy(() => {
    const inputs = [normals(1, [3, 4, 5, 2]), normals(2, [2]), normals(3, [2])];
    const [, ...own] = withGradients(
      (x, gamma, beta) =>
        normalized(x as tf.Tensor4D, {
          gamma: gamma as tf.Tensor1D,
          beta: beta as tf.Tensor1D,
          epsilon: 0.01,
          slope: 0.2,
          observe: () => {},
        }),
      inputs,
    );
    const [, ...composed] = withGradients((x, gamma, beta) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      const unit = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 0.01)));
      return tf.leakyRelu(tf.add(tf.mul(unit, gamma!), beta!), 0.2);
    }, inputs);
    own.forEach((gradient, i) => {
      const difference = tf.max(tf.abs(tf.sub(gradient, composed[i]!)));
      assert(difference.dataSync()[0]! < TOLERANCE);
    });
  });
});

/** A step through every kernel there is here. */
function everything(): void {
  const [x, filter] = [normals(1, [3, 9, 9, 4]), normals(2, [3, 3, 4, 8])];
  const images = (x: tf.Tensor, filter: tf.Tensor) =>
    tf.maxPool(
      tf.relu(
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
      ) as tf.Tensor4D,
      2,
      2,
      "same",
    );
  withGradients(images, [x, filter]);
  const each = normals(3, [3, 3, 4, 1]);
  withGradients(
    (x, filter) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, "same"),
    [x, each],
  );
  withGradients(
    (a, b) => tf.add(tf.matMul(a, b, true, true), normals(5, [7])),
    [normals(3, [40, 6]), normals(4, [7, 40])],
  );
  const indices = tf.tensor1d([1, 0, 1], "int32");
  withGradients((x) => tf.gather(x, indices), [normals(6, [2, 3])]);
  const [a, b] = [
    normals<tf.Rank.R2>(7, [3, 4]),
    normals<tf.Rank.R2>(8, [4, 5]),
  ];
  tf.fused.matMul({ a, b, bias: normals(9, [5]), activation: "elu" });
}

Deno.test("the WASM kernels leave no memory behind", async () => {
  await useBackend("wasm");
  tf.tidy(everything); // what is set up once
  const before = tf.memory().numTensors;
  assertEquals(await unfreed(everything), 0);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("a kernel that fails on WASM gives its memory back", async () => {
  await useBackend("wasm");
  const { wasm } = tf.backend() as unknown as {
    wasm: { _malloc(bytes: number): number };
  };
  const take = wasm._malloc;
  const [x, filter] = [normals(1, [1, 8, 8, 4]), normals(2, [3, 3, 4, 8])];
  let calls = 0;
  const lost = await unfreed(() => {
    // The first piece is the result, the third is not to be had.
    const inner = wasm._malloc;
    wasm._malloc = (bytes) => ++calls === 3 ? 0 : inner(bytes);
    const error = assertThrows(
      () => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
      RangeError,
    );
    assert(
      /^Cannot compute on the WASM backend: expected \d+ bytes of memory, received none$/
        .test(error.message),
    );
    wasm._malloc = inner;
  });
  assertEquals(wasm._malloc, take);
  assertEquals(lost, 0);
  tf.dispose([x, filter]);
});

Deno.test("useBackend() replaces the kernels once, however often it is called", async () => {
  await useBackend("wasm");
  const kernel = tf.getKernel("BatchMatMul", "wasm");
  await useBackend("cpu");
  await useBackend("wasm");
  assertEquals(tf.getKernel("BatchMatMul", "wasm") === kernel, true);
});
