import { assert, assertEquals, assertRejects } from "@std/assert";
import { loadDigits, loadFashionMnist, loadMultipleFeatures } from "interplay";
import { FormatError, OptionsError } from "../../lib/core/errors.ts";
import { testOnRealData } from "./data_folder.ts";
import { gzip } from "./local_server.ts";

/** A data folder with these files; leaves nothing behind. */
async function withFiles<T>(
  files: Record<string, string | Uint8Array>,
  body: (dataDir: string) => Promise<T>,
): Promise<T> {
  const dataDir = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = `${dataDir}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), {
        recursive: true,
      });
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
    }
    return await body(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

const digit = (first: string, label: string) =>
  `${first},${"0,".repeat(63)}${label}\n`;

Deno.test("loadDigits() scales ink to [0, 1]", async () => {
  const text = digit("16", "3") + digit("4", "9");
  const train = await withFiles(
    { "optdigits/optdigits.tra": text },
    (dataDir) => loadDigits({ dataDir }),
  );
  assertEquals(train.shape, [2, 8, 8, 1]);
  assertEquals([train.inputs[0], train.inputs[64]], [1, 0.25]);
  assertEquals([...train.labels], [3, 9]);
  assertEquals([train.name, train.classes], ["digits train", 10]);
});

Deno.test("loadDigits() reads the test set as scikit-learn distributes it", async () => {
  const bytes = await gzip(
    new TextEncoder().encode(
      digit("8.000000000000000000e+00", "7.000000000000000000e+00"),
    ),
  );
  const test = await withFiles(
    { "digits.csv.gz": bytes },
    (dataDir) => loadDigits({ dataDir, split: "test" }),
  );
  assertEquals([test.inputs[0], test.labels[0]], [0.5, 7]);
});

for (
  const [what, text, message] of [
    [
      "ink beyond 16",
      digit("0", "1") + digit("17", "1"),
      "Cannot load the optical digits: expected pixels in [0, 16], received 17 in image 1",
    ],
    [
      "ink that is no number",
      digit("nan", "1"),
      "Cannot load the optical digits: expected pixels in [0, 16], received NaN in image 0",
    ],
    [
      "another number of columns",
      "1,2,3\n",
      "Cannot load the optical digits: expected 64 pixels and a label in a row, received 3",
    ],
    [
      "words",
      digit("x", "1"),
      'Cannot read CSV: expected a number on line 1, column "0", received "x"',
    ],
    [
      "an empty file",
      "",
      "Cannot read CSV: expected at least 1 row of numbers, received 0",
    ],
  ] as const
) {
  Deno.test(`loadDigits() refuses ${what}`, async () => {
    const error = await assertRejects(
      () =>
        withFiles(
          { "optdigits.tra": text },
          (dataDir) => loadDigits({ dataDir }),
        ),
      FormatError,
    );
    assertEquals(error.message, message);
  });
}

const views = ["fac", "fou", "kar", "mor", "pix", "zer"];

/** Twenty rows of two features a view, as the repository distributes them. */
function published(): Record<string, string> {
  return Object.fromEntries(views.map((view, v) => [
    `mfeat/mfeat-${view}`,
    Array.from({ length: 20 }, (_, i) => `  ${i}.5   ${v}e1\n`).join(""),
  ]));
}

Deno.test("loadMultipleFeatures() reads the files of the repository: classes one after the other", async () => {
  const features = await withFiles(
    published(),
    (dataDir) => loadMultipleFeatures({ dataDir }),
  );
  assertEquals(Object.keys(features), [
    "factors",
    "fourier",
    "karhunen",
    "morphological",
    "pixels",
    "zernike",
  ]);
  const { factors, zernike } = features;
  assertEquals(factors.shape, [20, 2]);
  assertEquals([...zernike.inputs.slice(0, 4)], [0.5, 50, 1.5, 50]);
  assertEquals([...factors.labels.slice(0, 5)], [0, 0, 1, 1, 2]);
  assert(Object.values(features).every((v) => v.labels === factors.labels));
  assertEquals([zernike.name, zernike.classes], ["mfeat zernike", 10]);
});

const table = (labels: readonly number[]) =>
  `a,b,class\n${labels.map((label, i) => `${i},1,${label}\n`).join("")}`;

Deno.test("loadMultipleFeatures() reads tables whose last column is the label", async () => {
  const { pixels } = await withFiles(
    Object.fromEntries(
      views.map((view) => [`mfeat-${view}.csv`, table([7, 0, 7])]),
    ),
    (dataDir) => loadMultipleFeatures({ dataDir }),
  );
  assertEquals([...pixels.labels], [7, 0, 7]);
  assertEquals([...pixels.inputs], [0, 1, 1, 1, 2, 1]);
});

Deno.test("loadMultipleFeatures() refuses views that do not belong together", async () => {
  const message = async (files: Record<string, string>) => {
    const load = (dataDir: string) => loadMultipleFeatures({ dataDir });
    const error = await assertRejects(
      () => withFiles({ ...published(), ...files }, load),
      FormatError,
    );
    return error.message.replace(/\S*mfeat\//, "");
  };
  assertEquals(
    await message({ "mfeat/mfeat-kar": "1 2\n".repeat(30) }),
    "Cannot load the multiple features: expected the labels of mfeat-fac in mfeat-kar, received others",
  );
  assertEquals(
    await message({ "mfeat/mfeat-kar": "1 2\n".repeat(12) }),
    "Cannot load the multiple features: expected as many rows of each class in mfeat-kar, received 12",
  );
  const misspelt = { dir: "x" } as { dataDir?: string };
  await assertRejects(() => loadMultipleFeatures(misspelt), OptionsError);
});

testOnRealData(
  "loadMultipleFeatures() reads the six views",
  async (dataDir) => {
    const features = await loadMultipleFeatures({ dataDir });
    const widths = Object.values(features).map(({ shape }) => shape);
    assertEquals(widths, [216, 76, 64, 6, 240, 47].map((d) => [2000, d]));
    const { labels } = features.factors;
    for (let c = 0; c < 10; c++) {
      assertEquals(labels.filter((label) => label === c).length, 200);
    }
    const [first] = features.factors.inputs;
    assertEquals(first, 98);
  },
);

const images = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  1,
  51,
);
const labels = (y: number) => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, y);

Deno.test("loadFashionMnist() reads its own folder, not the files of MNIST beside it", async () => {
  const files = {
    "t10k-images-idx3-ubyte": images,
    "t10k-labels-idx1-ubyte": labels(1),
    "fashion-mnist/t10k-images-idx3-ubyte": images,
    "fashion-mnist/t10k-labels-idx1-ubyte": labels(9),
  };
  const data = await withFiles(
    files,
    (dataDir) => loadFashionMnist({ split: "test", dataDir }),
  );
  assertEquals(data.classNames[data.labels[0]!], "ankle boot");
  assertEquals(data.inputs, Float32Array.of(0.2));
  assertEquals([data.name, data.classes], ["fashion-mnist test", 10]);
});

Deno.test("loadFashionMnist() refuses files that do not belong together, and an unknown split", async () => {
  const files = {
    "fashion-mnist/t10k-images-idx3-ubyte": images,
    "fashion-mnist/t10k-labels-idx1-ubyte": images,
  };
  const error = await assertRejects(
    () =>
      withFiles(
        files,
        (dataDir) => loadFashionMnist({ split: "test", dataDir }),
      ),
    FormatError,
  );
  assertEquals(
    error.message,
    "Cannot load Fashion-MNIST: expected 1 labels, one an image, received 1 × 1 × 1",
  );
  const split = "all" as "test";
  await assertRejects(() => loadFashionMnist({ split }), OptionsError);
});
