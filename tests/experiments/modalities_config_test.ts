import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { FormatError, LabelError, ShapeError } from "interplay";
import { checksum, dataSet } from "interplay/data";
import {
  buildModalities,
  type Modalities,
  modalitiesConfig,
} from "interplay/experiments";
import { Check } from "../../lib/core/check.ts";
import { RelativeView } from "../../lib/experiments/_relative_views.ts";
import { asFolder, asNpz, asSafetensors, features } from "./feature_files.ts";
import { temporaryFolder } from "./fixtures.ts";

const VARIABLE = "INTERPLAY_DATA_DIR";

/** With this data folder, or none; as it was afterwards. */
async function inDataFolder<T>(
  folder: string | undefined,
  body: () => Promise<T>,
): Promise<T> {
  const before = Deno.env.get(VARIABLE);
  const put = (value: string | undefined) =>
    value === undefined
      ? Deno.env.delete(VARIABLE)
      : Deno.env.set(VARIABLE, value);
  put(folder);
  try {
    return await body();
  } finally {
    put(before);
  }
}

function build(config: unknown): Promise<Modalities> {
  return buildModalities(modalitiesConfig.parse(config));
}

const sums = ({ train, text, test }: Modalities) =>
  [train, text, test].map(checksum);

const arrays = features({ classes: 3, samplesPerClass: 4, dimension: 5 });

Deno.test("buildModalities() reads the same features of safetensors, npz and a folder of npy files", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  await Deno.writeFile(`${path}/a.safetensors`, await asSafetensors(arrays));
  await Deno.writeFile(`${path}/a.npz`, await asNpz(arrays));
  await asFolder(arrays, `${path}/a`);
  const read = await inDataFolder(path, async () => [
    await build({ kind: "files", path: "a.safetensors" }),
    await build({ kind: "files", path: "a.npz" }),
    await build({ kind: "files", path: `${path}/a` }),
  ]);
  const [first] = read;
  assertEquals(first!.train.inputs, arrays[0]!.data);
  assertEquals(first!.train.labels, arrays[1]!.data);
  assertEquals(first!.test.inputs, arrays[2]!.data);
  assertEquals([first!.text.shape, first!.text.classes], [[3, 5], 3]);
  for (const other of read) assertEquals(sums(other), sums(first!));
});

Deno.test("buildModalities() takes other names of arrays, and says which is missing or does not fit", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/b.safetensors`;
  const renamed = arrays.map((array) =>
    array.name === "text_features" ? { ...array, name: "prompts" } : array
  );
  await Deno.writeFile(path, await asSafetensors(renamed));
  const { text } = await build({
    kind: "files",
    path,
    names: { textFeatures: "prompts" },
  });
  assertEquals(text.inputs, arrays[4]!.data);
  await assertRejects(
    () => build({ kind: "files", path }),
    FormatError,
    "text_features",
  );
  const few = {
    ...arrays[4]!,
    data: arrays[4]!.data.slice(0, 10),
    shape: [2, 5],
  };
  await Deno.writeFile(path, await asSafetensors([...arrays.slice(0, 4), few]));
  await assertRejects(
    () => build({ kind: "files", path }),
    LabelError,
    "an integer in [0, 2)",
  );
});

Deno.test("buildModalities() draws as many images as are asked for, the same for the same seed", async () => {
  const config = { kind: "synthetic", classes: 3, train: 20, test: 11 };
  const drawn = await build(config);
  assertEquals(drawn.train.shape, [20, 64]);
  assertEquals(drawn.test.shape, [11, 64]);
  assertEquals(sums(await build(config)), sums(drawn));
  const other = sums(await build({ ...config, seed: 1 }));
  other.forEach((sum, i) => assert(sum !== sums(drawn)[i]));
});

/** Twelve things of three classes; the second view is the first, turned and stretched. */
const things = dataSet({
  inputs: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * i) + i % 5),
  shape: [12, 2],
  labels: Array.from({ length: 12 }, (_, i) => i % 3),
});

const turned = dataSet({
  ...things,
  inputs: things.inputs.map((_, i) =>
    i % 2 === 0 ? 3 * things.inputs[i + 1]! : 2 - things.inputs[i - 1]! / 7
  ),
});

Deno.test("RelativeView gives the cosines of standardized rows with the anchors", () => {
  const check = new Check("look");
  const anchors = dataSet({
    inputs: Float32Array.of(1, 0, -1, 0, 0, 2, 0, -2),
    shape: [4, 2],
    labels: [0, 1, 0, 1],
  });
  const view = new RelativeView(check, anchors);
  const seen = view.of(dataSet({
    inputs: Float32Array.of(5, 0, 3, 6),
    shape: [2, 2],
    labels: [0, 1],
  }));
  const half = Math.SQRT1_2; // (3, 6) becomes (3, 3) times √2
  const expected = [1, -1, 0, 0, half, -half, half, -half];
  seen.inputs.forEach((x, i) => assertAlmostEquals(x, expected[i]!, 1e-7));
  const texts = view.ofClasses(dataSet({
    inputs: Float32Array.of(2, 2, 0, 2, 0, -4),
    shape: [3, 2],
    labels: [1, 1, 0],
  }));
  assertEquals([...texts.labels], [0, 1]);
  assertAlmostEquals(texts.inputs[3]!, 1, 1e-7);
  assertAlmostEquals(texts.inputs[4]!, half, 1e-7); // mean (1, 2)
});

Deno.test("RelativeView tells the same of two views that differ by rotation and scale", () => {
  const check = new Check("look");
  const [a, b] = [things, turned].map((view) =>
    new RelativeView(check, view).of(view)
  );
  a!.inputs.forEach((x, i) => assertAlmostEquals(x, b!.inputs[i]!, 1e-5));
});

Deno.test("buildModalities() takes two views of the same digits, anchors and images apart", async () => {
  await using folder = await temporaryFolder();
  const line = (view: number, i: number) =>
    [0, 1, 2].map((j) => Math.cos(i * (j + 1) + view).toFixed(4)).join(" ");
  const views = ["fac", "fou", "kar", "mor", "pix", "zer"];
  for (const [view, name] of views.entries()) {
    const rows = Array.from({ length: 40 }, (_, i) => line(view, i));
    await Deno.writeTextFile(
      `${folder.path}/mfeat-${name}`,
      rows.join("\n") + "\n",
    );
  }
  const sizes = { kind: "multipleFeatures", anchors: 10, train: 20, test: 10 };
  await inDataFolder(folder.path, async () => {
    const { train, text, test } = await build(sizes);
    assertEquals(train.shape, [20, 10]);
    assertEquals(text.shape, [10, 10]);
    assertEquals(test.shape, [10, 10]);
    assertEquals([...text.labels], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const same = await build({ ...sizes, text: "karhunen" });
    assertEquals(checksum(same.train), checksum(train));
    assert(checksum(same.text) !== checksum(text));
    await assertRejects(
      () => build({ ...sizes, train: 21 }),
      ShapeError,
      "31 + 10 samples",
    );
  });
});
