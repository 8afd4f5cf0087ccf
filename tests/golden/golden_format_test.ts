import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  checksum,
  type GoldenCase,
  goldenCases,
  goldenEigen,
  goldenFiles,
} from "./inputs.ts";

function inputBlocks(golden: GoldenCase): number[][][] {
  const { representations, second, head, labels } = golden;
  return [representations, second, head.weights, [head.bias], [labels]];
}

function numbersIn(value: unknown, path: string): [string, number][] {
  if (typeof value === "number") return [[path, value]];
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`${path} is no number: ${value}`);
  }
  return Object.entries(value).flatMap(([key, item]) =>
    numbersIn(item, `${path}.${key}`)
  );
}

const hasData = Deno.env.get("INTERPLAY_DATA_DIR") !== undefined;
const files = await goldenFiles();
const cases = await goldenCases();

Deno.test("golden files are one a case, and named as the case", async () => {
  for (const { name } of files) {
    const path = new URL(`./${name}.json`, import.meta.url);
    assertEquals(JSON.parse(await Deno.readTextFile(path)).name, name);
  }
  assertEquals(new Set(files.map((file) => file.name)).size, files.length);
});

Deno.test("golden cases cover unstructured, wide, unbalanced, collapsed, sparse, rounded and tall input", () => {
  const names = files.map((file) => file.name);
  for (
    const name of [
      "random",
      "wide",
      "unbalanced",
      "collapsed",
      "collapsed-unbalanced",
      "sparse",
      "class-level",
      "float32",
      "tall",
      "mnist",
      "mfeat-fou",
      "mfeat-kar",
    ]
  ) assert(names.includes(name), `${name}.json is missing`);
});

for (const { name, expected } of files) {
  Deno.test(`golden ${name} holds finite numbers only, in the ranges of the mathematics`, () => {
    for (const [path, x] of numbersIn(expected, name)) {
      assert(Number.isFinite(x), `${path} is ${x}`);
    }
    const { entropy, mir, hdr, samples } = expected.interplay;
    assert(mir >= 0 && mir <= 1 && hdr >= 0 && hdr <= 1);
    assert(Math.max(entropy.representations, entropy.head) <= entropy.joint);
    assert(entropy.joint <= entropy.representations + entropy.head);
    assert(entropy.representations <= Math.log(samples));
    assertEquals(
      expected.spectrum.toSorted((a, b) => b - a),
      expected.spectrum,
    );
  });
}

for (const golden of cases) {
  Deno.test(`golden ${golden.name}: the rebuilt inputs are bitwise those of the generator`, async () => {
    assertEquals(await checksum(inputBlocks(golden)), golden.sha256);
  });

  Deno.test(`golden ${golden.name}: sizes agree and every class is present`, () => {
    const { representations, second, head, labels, expected } = golden;
    assertEquals(representations.length, expected.interplay.samples);
    assertEquals(head.weights.length, expected.interplay.classes);
    assertEquals(second.length, representations.length);
    assertEquals(labels.length, representations.length);
    assertEquals(head.bias.length, head.weights.length);
    assertEquals(head.weights[0]?.length, representations[0]?.length);
    assertEquals(
      [...new Set(labels)].sort((a, b) => a - b),
      head.weights.map((_, c) => c),
    );
  });
}

Deno.test({
  name:
    "golden cases on real data are rebuilt from the folder in INTERPLAY_DATA_DIR",
  ignore: !hasData,
  fn: () => assertEquals(cases.length, files.length),
});

Deno.test("golden float32 inputs are exact in float32", () => {
  const golden = cases.find((item) => item.name === "float32");
  for (const x of golden?.representations.flat() ?? [NaN]) {
    assertEquals(Math.fround(x), x);
  }
});

Deno.test("golden sparse features are non-negative, most of them zero", () => {
  const values = cases.find((item) => item.name === "sparse")?.representations
    .flat() ?? [];
  const zeros = values.filter((x) => x === 0).length;
  assert(values.every((x) => x >= 0));
  assert(zeros > values.length / 2, `${zeros} of ${values.length}`);
});

Deno.test("golden nc4 tells apart a head read with its bias and without", () => {
  const { agreement, agreementWithoutBias } =
    files.find((item) => item.name === "unbalanced")!.expected.neuralCollapse
      .nc4;
  assertNotEquals(agreement, agreementWithoutBias);
});

for (const golden of await goldenEigen()) {
  Deno.test(`golden eigenvalues of ${golden.name}: matrix bitwise that of the generator, trace and norm agree`, async () => {
    const { matrix, eigenvalues, norm, sha256 } = golden;
    assertEquals(await checksum([matrix]), sha256);
    assertEquals(eigenvalues.length, matrix.length);
    const trace = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
    const squares = matrix.flat().reduce((sum, x) => sum + x * x, 0);
    const sum = eigenvalues.reduce((total, x) => total + x, 0);
    const sumOfSquares = eigenvalues.reduce((total, x) => total + x * x, 0);
    const tolerance = 1e-13 * matrix.length; // n sums of n terms, each to 1e-16
    assert(Math.abs(sum - trace) <= tolerance * norm);
    assert(Math.abs(sumOfSquares - squares) <= tolerance * norm * norm);
  });
}

Deno.test("golden files stay under 1 MB together", async () => {
  const names = [...files.map((file) => `${file.name}.json`), "eigen.json"];
  const sizes = await Promise.all(
    names.map(async (name) =>
      (await Deno.stat(new URL(name, import.meta.url))).size
    ),
  );
  assert(sizes.reduce((total, size) => total + size, 0) < 1e6);
});
