import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Matrix } from "ml-matrix";
import { mlp, useBackend } from "interplay/models";
import { OptionsError, Random, ShapeError } from "../../lib/core/mod.ts";
import {
  DenseMatrix,
  type Displayable,
  jupyterDisplay,
  type MimeBundle,
  view,
} from "../../lib/display/mod.ts";
import { knownView } from "../../lib/display/view.ts";

await useBackend("cpu");

async function bundle(
  shown: Displayable | undefined,
): Promise<MimeBundle> {
  if (shown === undefined) throw new TypeError("Expected a view");
  return await shown[jupyterDisplay]();
}

/** What a value shows as text when nobody asked for more. */
async function text(value: unknown): Promise<string> {
  return String((await bundle(knownView(value)))["text/plain"]);
}

async function html(shown: Displayable): Promise<string> {
  return String((await bundle(shown))["text/html"]);
}

function lines(value: string): string[] {
  return value.split("\n").map((line) => line.trim().replace(/ {2,}/g, " "));
}

Deno.test("view() shows a tensor by dtype, shape, memory, range, head and tail, and leaks none", async () => {
  const matrix = tf.tensor2d(Float32Array.from({ length: 90 }, (_, i) => i), [
    10,
    9,
  ]);
  const before = tf.memory().numTensors;
  assertEquals(lines(await text(matrix)), [
    "Tensor float32 [10, 9], 360 B",
    "range [0, 89], mean 44.5, sd 25.979",
    "0 1 2 3 4 5 6 7 8",
    "0 0 1 2 3 4 5 6 7 8",
    "1 9 10 11 12 13 14 15 16 17",
    "2 18 19 20 21 22 23 24 25 26",
    "… … … … … … … … … …",
    "7 63 64 65 66 67 68 69 70 71",
    "8 72 73 74 75 76 77 78 79 80",
    "9 81 82 83 84 85 86 87 88 89",
  ]);
  assertEquals(tf.memory().numTensors, before);
  matrix.dispose();
  assertEquals(await text(matrix), "Tensor float32 [10, 9], 360 B, disposed");
});

Deno.test("view() shows scalars, vectors, booleans, strings, empty, complex and higher ranks", async () => {
  const scope = [
    tf.scalar(2.5),
    tf.tensor1d([1, NaN, 3]),
    tf.tensor1d([true, false], "bool"),
    tf.tensor1d(["<b>", "ok"]),
    tf.zeros([0, 3]),
    tf.complex([1], [2]),
    tf.range(0, 24).reshape([2, 3, 4]),
  ] as const;
  const [scalar, vector, bools, strings, empty, complex, cube] = scope;
  assertEquals(await text(scalar), "Tensor float32 [], 4 B: 2.5");
  assertEquals(lines(await text(vector)).slice(1), [
    "range [1, 3], mean 2, sd 1, 1 of 3 not finite",
    "0 1 2",
    "1 – 3",
  ]);
  assertEquals(lines(await text(bools)).at(-1), "true false");
  assertEquals(lines(await text(strings)), [
    "Tensor string [2]",
    "0 1",
    '"<b>" "ok"',
  ]);
  assertStringIncludes(await html(view(strings)), "&lt;b&gt;");
  assertEquals(await text(empty), "Tensor float32 [0, 3], 0 B: no entries");
  assertEquals(await text(complex), "Tensor complex64 [1], 8 B");
  assertEquals(lines(await text(cube)).at(-1), "[1, 2, :] 20 21 22 23");
  for (const tensor of scope) tensor.dispose();
});

Deno.test("view() of a large tensor reads its corners and a sample, on whatever backend", async () => {
  for (const name of ["cpu", "wasm"] as const) {
    await useBackend(name);
    const large = tf.tidy(() => tf.range(0, 2_000_000).reshape([2000, 1000]));
    const before = tf.memory().numTensors;
    const shown = lines(await text(large));
    assertMatch(
      shown[1] ?? "",
      /^range \[\d+, 19\d\d\d\d\d\], mean 1e6, sd \d+ \(of 2304 entries evenly spaced\)$/,
    );
    assertEquals(shown[3], "0 0 1 2 3 … 996 997 998 999");
    assertEquals(
      shown.at(-1),
      "1999 1999000 1999001 1999002 1999003 … 1999996 1999997 1999998 1999999",
    );
    assertEquals(tf.memory().numTensors, before);
    large.dispose();
  }
  await useBackend("cpu");
});

/** A tensor of a device that nobody may wait for and of which nothing large may be read. */
function deviceTensor(shape: number[], largest: number) {
  const reads: number[] = [];
  const at = (indices: readonly number[]): object => ({
    ...tensor([indices.length]),
    data() {
      reads.push(indices.length);
      assert(indices.length <= largest, `${indices.length} entries were read`);
      return Promise.resolve(Float32Array.from(indices, (i) => i % 7));
    },
  });
  const tensor = (shape: number[]) => ({
    dataId: {},
    shape,
    dtype: "float32",
    isDisposed: false,
    data: (): Promise<Float32Array> => Promise.reject(new Error("all of it")),
    dataSync() {
      throw new Error("a device cannot be waited for");
    },
    dispose() {},
    flatten: () => tensor([shape.reduce((a, b) => a * b, 1)]),
    gather: at,
    slice: ([from = 0]: number[], [size = 0]: number[]) =>
      at(Array.from({ length: size }, (_, i) => from + i)),
  });
  return { tensor: tensor(shape), reads };
}

Deno.test("view() never waits for a device and never reads gigabytes", async () => {
  const { tensor, reads } = deviceTensor([1_000_000, 1024], 5000);
  assertMatch(await text(tensor), /Tensor float32 \[1000000, 1024\], 4.1 GB/);
  assertEquals(reads.length, 1);
  const images = deviceTensor([60_000, 28, 28], 100 * 784);
  const options = { as: "images", images: { labels: [1, 2, 3] } } as const;
  await assertRejects(
    () => Promise.resolve(bundle(view(images.tensor, options))),
    ShapeError,
    "100 labels",
  );
  const unlabelled = await bundle(view(images.tensor, { as: "images" }));
  assertStringIncludes(String(unlabelled["image/svg+xml"]), "100 of 60000");
});

Deno.test("view() says what it can of a large tensor that carries no operations", async () => {
  const { tensor } = deviceTensor([5000, 1000], 0);
  const bare = { ...tensor, flatten: undefined, gather: undefined };
  assertEquals(
    (await text(bare)).split("\n")[0],
    "Tensor float32 [5000, 1000], 20 MB",
  );
});

Deno.test("view() samples every column of a large array, not one again and again", async () => {
  const columns = 64;
  const data = Float32Array.from(
    { length: 2 ** 22 + 128 },
    (_, i) => i % columns,
  );
  const shape = [2, data.length / 2 / columns, columns];
  const shown = await text({ data, shape });
  assertStringIncludes(shown, "range [0, 63], mean 31.");
  assertStringIncludes(shown, "entries evenly spaced");
});

Deno.test("view() shows ml-matrix matrices, dense matrices, typed data with a shape, variables and plain rows", async () => {
  const variable = tf.variable(tf.ones([2, 2]), true, "w");
  const heads = await Promise.all([
    text(Matrix.eye(3)),
    text(DenseMatrix.zeros(2, 3)),
    text({ data: Int32Array.of(1, 2), shape: [1, 2] }),
    text({ data: BigInt64Array.of(1n, 2n), shape: [2] }),
    text(variable),
    bundle(view([[1, 2], [3, 4]])).then((b) => String(b["text/plain"])),
    bundle(view(Uint8Array.of(1, 2))).then((b) => String(b["text/plain"])),
  ]);
  assertEquals(heads.map((head) => head.split("\n")[0]), [
    "Matrix float64 [3, 3], 72 B",
    "DenseMatrix float64 [2, 3], 48 B",
    "Int32Array int32 [1, 2], 8 B",
    "BigInt64Array int64 [2], 16 B",
    "Variable w float32 [2, 2], 16 B",
    "Array number [2, 2], 32 B",
    "Uint8Array uint8 [2], 2 B",
  ]);
  variable.dispose();
});

Deno.test("view() draws a matrix as a small picture, its pixels means of blocks where there are many entries", async () => {
  const random = new Random(1);
  const data = Float32Array.from({ length: 200 * 30 }, () => random.normal());
  const picture = await html(view({ data, shape: [200, 30] }));
  assertMatch(
    picture,
    /<img alt="Heatmap: 48 × 30 pixels, each pixel the mean of a block" width="120" height="192"/,
  );
  assertStringIncludes(picture, "data:image/png;base64,");
  assert(picture.length < 8000, `${picture.length} characters`);
  const constant = await html(
    view({ data: new Float32Array(64), shape: [8, 8] }),
  );
  assertStringIncludes(constant, "each pixel an entry");
  const vector = await html(view({ data: new Float32Array(4), shape: [4] }));
  assertEquals(vector.includes("<img"), false);
});

Deno.test("view() as a heatmap is a figure under 50 KB, of any proportions, gaps where entries are not finite", async () => {
  const random = new Random(2);
  for (const shape of [[300, 200], [3, 400], [500, 2]] as const) {
    const data = Float64Array.from(
      { length: shape[0] * shape[1] },
      () => random.normal(),
    );
    const shown = await bundle(
      view({ data, shape }, { as: "heatmap", title: "Weights" }),
    );
    assert(JSON.stringify(shown).length < 50_000);
    assertStringIncludes(String(shown["text/plain"]), "Weights");
  }
  const holes = { data: Float64Array.of(1, NaN, 3, 4), shape: [2, 2] };
  const shown = await bundle(view(holes, { as: "heatmap" }));
  assertStringIncludes(
    JSON.stringify(shown["application/vnd.plotly.v1+json"]),
    '"z":[[1,null],[3,4]]',
  );
  await assertRejects(
    () => bundle(view(tf.tensor1d([1, 2]), { as: "heatmap" })),
    ShapeError,
    "Cannot draw a heatmap: expected a matrix of numbers with 2 rows and columns at least, received Tensor float32 [2], 8 B",
  );
});

Deno.test("view() shows the weights of a classifier, with shapes and parameters", async () => {
  const classifier = mlp({ inputDimension: 4, hidden: [3], classes: 2 });
  const before = tf.memory().numTensors;
  const shown = lines(await text(classifier));
  assertEquals(shown.toSpliced(2, 1), [
    "mlp(4-3-2, relu, seed 0), representations of 3, 2 classes: 23 parameters, 92 B",
    "weight shape parameters",
    "representation/kernel [4, 3] 12",
    "representation/bias [3] 3",
    "head/kernel [3, 2] 6",
    "head/bias [2] 2",
  ]);
  assertEquals(tf.memory().numTensors, before);
  classifier.dispose();
});

Deno.test("view() shows the layers of a model, with shapes, parameters and what is frozen", async () => {
  const model = tf.sequential({
    name: "small",
    layers: [
      tf.layers.dense({ units: 3, inputShape: [4], name: "first" }),
      tf.layers.dense({ units: 2, name: "second" }),
    ],
  });
  const before = tf.memory().numTensors;
  model.layers[0]!.trainable = false;
  const rows = lines(await text(model));
  assertEquals(rows[0], "small: 23 parameters, 92 B");
  assertEquals(rows[1], "layer type output parameters training");
  assertEquals(rows[3], "first Dense [·, 3] 15 frozen");
  assertEquals(tf.memory().numTensors, before);
  model.dispose();
  const unbuilt = {
    name: "open",
    predict() {},
    getLayer() {},
    layers: [{
      name: "later",
      getClassName: () => "Dense",
      countParams() {
        throw new Error("not built");
      },
      get outputShape() {
        throw new Error("not built");
      },
    }],
  };
  assertEquals(
    lines(await text(unbuilt)).at(-1),
    "later Dense varies not built",
  );
});

Deno.test("view() draws what fit returns, and lists tensors without reading them", async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 1, inputShape: [2] })],
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const x = tf.ones([8, 2]);
  const y = tf.ones([8, 1]);
  const fit = await model.fit(x, y, {
    epochs: 3,
    verbose: 0,
    validationSplit: 0.5,
  });
  const shown = await bundle(knownView(fit));
  assertMatch(String(shown["text/plain"]), /^Fit\n.*\n.*val_loss: 3 values/);
  const { tensor } = deviceTensor([10, 10], 0);
  assertEquals(lines(await text([tensor, x])), [
    "2 tensors",
    "index kind dtype shape memory",
    "───── ────── ─────── ──────── ──────",
    "0 Tensor float32 [10, 10] 400 B",
    "1 Tensor float32 [8, 2] 64 B",
  ]);
  tf.dispose([x, y]);
  model.dispose();
});

Deno.test("knownView() leaves every other value to the kernel, also one that answers no questions", () => {
  const hostile = new Proxy({}, {
    get() {
      throw new Error("no");
    },
  });
  const values = [
    null,
    1,
    "text",
    [],
    [1, 2],
    {},
    { data: [1, 2], shape: [3] },
    { data: "text", shape: [4] },
    Float32Array.of(1),
    new Map(),
    tf.input({ shape: [2] }),
    { [jupyterDisplay]: () => ({}), data: Uint8Array.of(1), shape: [1] },
    hostile,
  ];
  assertEquals(
    values.map((each) => knownView(each)),
    values.map(() => undefined),
  );
});

Deno.test("view() refuses what it does not know, and pictures of what is no array", () => {
  assertThrows(
    () => view({ some: "record" }),
    ShapeError,
    "Cannot view the value: expected a tensor, a matrix, data with a shape, a model or a fit, received Object",
  );
  assertThrows(() => view(3), ShapeError, "received 3");
  assertThrows(() => view([[1]], { as: "table" as "numbers" }), OptionsError);
  const model = tf.sequential();
  assertThrows(() => view(model, { as: "images" }), OptionsError, "an array");
});
