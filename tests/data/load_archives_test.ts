import { assertEquals, assertRejects } from "@std/assert";
import {
  type DataSet,
  loadCifar10,
  loadCifar100,
  type LoadCifar10Options,
  loadStl10,
  OptionsError,
} from "interplay";
import { FormatError, LabelError } from "../../lib/core/errors.ts";
import { type Bytes, withServer } from "./local_server.ts";
import { tar, tarGz, type TarPart } from "./tar_files.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A folder with this archive in it; leaves nothing behind. */
async function withFile<T>(
  name: string,
  bytes: Bytes,
  body: (dataDir: string) => Promise<T>,
): Promise<T> {
  const dataDir = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${dataDir}/${name}`, bytes);
    return await body(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Byte `i` of image `n`, different in each plane, row and column. */
const byteOf = (n: number, i: number) => (7 * n + 31 * i + (i >> 8)) % 256;

/** A planar image of `side × side` with label bytes before it. */
function record(n: number, side: number, ...labels: number[]): Bytes {
  const pixels = 3 * side * side;
  return Uint8Array.from(
    { length: labels.length + pixels },
    (_, i) => labels[i] ?? byteOf(n, i - labels.length),
  );
}

const names10 = "airplane automobile bird cat deer dog frog horse ship truck";
const batch = (i: number) => `cifar-10-batches-bin/data_batch_${i}.bin`;

/** Five batches of one image each, the third of two, in another order than they are numbered. */
function cifar10(): TarPart[] {
  const train = [2, 1, 3, 5, 4].map((i) => ({
    path: batch(i),
    content: i === 3
      ? Uint8Array.of(...record(3, 32, 3), ...record(6, 32, 6))
      : record(i, 32, i),
  }));
  return [
    { path: "cifar-10-batches-bin/", type: "5" },
    ...train,
    {
      path: "cifar-10-batches-bin/batches.meta.txt",
      content: encode(`${names10.replaceAll(" ", "\n")}\n\n`),
    },
    { path: "cifar-10-batches-bin/readme.html", content: encode("<html>") },
    {
      path: "cifar-10-batches-bin/test_batch.bin",
      content: record(9, 32, 9),
    },
  ];
}

const ARCHIVE = "cifar-10-binary.tar.gz";

/** The values of image `n` as height × width × channels. */
function expectImage(data: DataSet, at: number, n: number): void {
  const [, side] = data.shape as [number, number];
  const pixels = side * side;
  for (const [y, x, c] of [[0, 0, 0], [0, 1, 0], [1, 0, 1], [31, 30, 2]]) {
    const index = ((at * side + y!) * side + x!) * 3 + c!;
    const byte = byteOf(n, c! * pixels + y! * side + x!);
    assertEquals(data.inputs[index], Math.fround(byte / 255));
  }
}

Deno.test("loadCifar10() reads the batches in the order of their numbers, planes as channels", async () => {
  const bytes = await tarGz(cifar10());
  const data = await withFile(
    ARCHIVE,
    bytes,
    (dataDir) => loadCifar10({ dataDir }),
  );
  assertEquals(data.shape, [6, 32, 32, 3]);
  assertEquals([...data.labels], [1, 2, 3, 6, 4, 5]);
  assertEquals(data.classNames, names10.split(" "));
  assertEquals([data.name, data.classes], ["cifar10 train", 10]);
  for (const [at, n] of data.labels.entries()) expectImage(data, at, n);
});

Deno.test("loadCifar10() reads the test batch, from an archive that is not gzipped too", async () => {
  const bytes = await tar(cifar10());
  const data = await withFile(
    "cifar-10-binary.tar",
    bytes,
    (dataDir) => loadCifar10({ split: "test", dataDir }),
  );
  assertEquals([...data.labels], [9]);
  expectImage(data, 0, 9);
});

Deno.test("loadCifar10() reads an unpacked folder, in either place", async () => {
  for (const place of ["", "/cifar10"]) {
    const dataDir = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${dataDir}${place}/cifar-10-batches-bin`, {
        recursive: true,
      });
      for (const { path, content } of cifar10()) {
        if (content) {
          await Deno.writeFile(`${dataDir}${place}/${path}`, content);
        }
      }
      const data = await loadCifar10({ dataDir });
      assertEquals([...data.labels], [1, 2, 3, 6, 4, 5]);
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  }
});

Deno.test("loadCifar10() refuses a download with another sum, and keeps none", () =>
  withServer(
    async () => new Response(await tarGz(cifar10())),
    async ({ origin, dataDir, cacheDir }) => {
      const error = await assertRejects(
        () => loadCifar10({ dataDir, cacheDir, baseUrl: origin }),
        FormatError,
      );
      const prefix =
        "Cannot load CIFAR-10: expected cifar-10-binary.tar.gz in `dataDir`, INTERPLAY_DATA_DIR or from a mirror, received " +
        `${origin}/cifar-10-binary.tar.gz: Cannot load CIFAR-10: expected cifar-10-binary.tar.gz with SHA-256 ` +
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd, received ";
      assertEquals(error.message.slice(0, prefix.length), prefix);
      assertEquals([...Deno.readDirSync(`${cacheDir}/cifar10`)], []);
    },
  ));

const meta = "cifar-10-batches-bin/batches.meta.txt";
const testBatch = "cifar-10-batches-bin/test_batch.bin";

/** The test set with another content of these members. */
function changed(contents: Record<string, Bytes>): Promise<Bytes> {
  return tarGz(
    cifar10().map((part) => {
      const content = contents[part.path];
      return content ? { ...part, content } : part;
    }),
  );
}

const refused: [string, Bytes, new () => Error, string][] = [
  [
    "an archive without its images",
    await tarGz(cifar10().filter(({ path }) => path !== testBatch)),
    FormatError,
    "Cannot load CIFAR-10: expected cifar-10-batches-bin/test_batch.bin in cifar-10-binary.tar.gz, received no such file",
  ],
  [
    "half an image",
    await changed({ [testBatch]: record(0, 32, 1).slice(0, 1500) }),
    FormatError,
    "Cannot load CIFAR-10: expected 1 to 10000 records of 3073 bytes in cifar-10-batches-bin/test_batch.bin, received 1500 bytes",
  ],
  [
    "no image",
    await changed({ [testBatch]: new Uint8Array(0) }),
    FormatError,
    "Cannot load CIFAR-10: expected 1 to 10000 records of 3073 bytes in cifar-10-batches-bin/test_batch.bin, received 0 bytes",
  ],
  [
    "more images than there can be, before it holds them",
    await tarGz([{
      path: testBatch,
      size: (3073 * 1_000_000).toString(8).padStart(11, "0"),
    }]),
    FormatError,
    "Cannot load CIFAR-10: expected 1 to 10000 records of 3073 bytes in cifar-10-batches-bin/test_batch.bin, received 3073000000 bytes",
  ],
  [
    "another number of class names",
    await changed({ [meta]: encode("cat\ndog\n") }),
    FormatError,
    "Cannot load CIFAR-10: expected 10 names in cifar-10-batches-bin/batches.meta.txt, received 2",
  ],
  [
    "class names beyond all measure",
    await changed({ [meta]: new Uint8Array(100_000) }),
    FormatError,
    "Cannot load CIFAR-10: expected at most 65536 bytes in cifar-10-batches-bin/batches.meta.txt, received 100000",
  ],
  [
    "a label out of range",
    await changed({ [testBatch]: record(0, 32, 10) }),
    LabelError,
    "Cannot make a data set: expected an integer in [0, 10) in `labels`, received 10 at index 0",
  ],
];

for (const [what, bytes, Type, message] of refused) {
  Deno.test(`loadCifar10() refuses ${what}`, async () => {
    const load = (dataDir: string) => loadCifar10({ split: "test", dataDir });
    const error = await assertRejects(
      () => withFile(ARCHIVE, bytes, load),
      Type,
    );
    assertEquals(error.message, message);
  });
}

Deno.test("loadCifar10() refuses an archive that is cut or damaged", async () => {
  const whole = await tarGz(cifar10());
  const damaged = whole.slice();
  const middle = whole.length >> 1;
  damaged.fill(0xff, middle, middle + 100);
  for (const bytes of [whole.slice(0, middle), damaged]) {
    await assertRejects(
      () => withFile(ARCHIVE, bytes, (dataDir) => loadCifar10({ dataDir })),
      FormatError,
      "Cannot load CIFAR-10: expected ",
    );
  }
});

Deno.test("the loaders of archives refuse another split and an unknown option", async () => {
  const split = "validation" as "test";
  for (const load of [loadCifar10, loadCifar100, loadStl10]) {
    await assertRejects(() => load({ split }), OptionsError, "split");
    const unknown = { folder: "x" } as LoadCifar10Options;
    await assertRejects(() => load(unknown), OptionsError, "folder");
  }
});

Deno.test("loadCifar100() reads fine and coarse labels and their names", async () => {
  const named = (kind: string, n: number) =>
    encode(Array.from({ length: n }, (_, c) => `${kind} ${c}\n`).join(""));
  const bytes = await tarGz([
    {
      path: "cifar-100-binary/train.bin",
      content: Uint8Array.of(...record(4, 32, 19, 4), ...record(99, 32, 0, 99)),
    },
    {
      path: "cifar-100-binary/fine_label_names.txt",
      content: named("fine", 100),
    },
    {
      path: "cifar-100-binary/coarse_label_names.txt",
      content: named("coarse", 20),
    },
  ]);
  await withFile("cifar-100-binary.tar.gz", bytes, async (dataDir) => {
    const fine = await loadCifar100({ dataDir });
    assertEquals([...fine.labels], [4, 99]);
    assertEquals([fine.classes, fine.classNames[99]], [100, "fine 99"]);
    expectImage(fine, 1, 99);
    const coarse = await loadCifar100({ dataDir, labels: "coarse" });
    assertEquals([...coarse.labels], [19, 0]);
    assertEquals([coarse.classes, coarse.classNames[19]], [20, "coarse 19"]);
    assertEquals(coarse.inputs, fine.inputs);
  });
});

const namesStl = "airplane bird car cat deer dog horse monkey ship truck";

function stl(labels: number[] = [1, 10, 4]): Promise<Bytes> {
  const images = (...ns: number[]) =>
    Uint8Array.from(ns.flatMap((n) => [...record(n, 96)]));
  return tarGz([
    { path: "stl10_binary/test_X.bin", content: images(1) },
    { path: "stl10_binary/train_X.bin", content: images(1, 2, 3) },
    { path: "stl10_binary/train_y.bin", content: Uint8Array.from(labels) },
    { path: "stl10_binary/unlabeled_X.bin", content: images(4, 5) },
    {
      path: "stl10_binary/class_names.txt",
      content: encode(namesStl.replaceAll(" ", "\n")),
    },
  ]);
}

const withStl = <T>(bytes: Bytes, body: (dataDir: string) => Promise<T>) =>
  withFile("stl10_binary.tar.gz", bytes, body);

/** Pixel `(y, x)` of channel `c` of image `n`: planes of STL-10 are column after column. */
const stlByte = (n: number, y: number, x: number, c: number) =>
  byteOf(n, c * 9216 + x * 96 + y);

Deno.test("loadStl10() reads columns as columns, and labels from 0 on", async () => {
  const data = await withStl(await stl(), (dataDir) => loadStl10({ dataDir }));
  assertEquals(data.shape, [3, 96, 96, 3]);
  assertEquals([...data.labels], [0, 9, 3]);
  assertEquals(data.classNames, namesStl.split(" "));
  for (const [n, y, x, c] of [[0, 0, 1, 0], [1, 5, 7, 1], [2, 95, 94, 2]]) {
    const at = ((n! * 96 + y!) * 96 + x!) * 3 + c!;
    const byte = stlByte(n! + 1, y!, x!, c!);
    assertEquals(data.inputs[at], Math.fround(byte / 255));
  }
});

Deno.test("loadStl10() averages squares of pixels into a smaller image, and stops at its limit", async () => {
  const { inputs, shape, labels } = await withStl(
    await stl(),
    (dataDir) => loadStl10({ dataDir, size: 32, limit: 2 }),
  );
  assertEquals([shape, [...labels]], [[2, 32, 32, 3], [0, 9]]);
  let sum = 0;
  for (let y = 60; y < 63; y++) {
    for (let x = 3; x < 6; x++) sum += stlByte(2, y, x, 1);
  }
  const at = ((32 + 20) * 32 + 1) * 3 + 1;
  assertEquals(inputs[at], Math.fround(sum / (9 * 255)));
});

Deno.test("loadStl10() reads images without labels as samples", async () => {
  const samples = await withStl(
    await stl(),
    (dataDir) => loadStl10({ dataDir, split: "unlabeled", limit: 10 }),
  );
  assertEquals(samples.shape, [2, 96, 96, 3]);
  assertEquals(samples.inputs[1], Math.fround(stlByte(4, 0, 0, 1) / 255));
  assertEquals("labels" in samples, false);
  assertEquals(samples.name, "stl10 unlabeled");
});

for (
  const [what, labels, Type, message] of [
    [
      "labels of another number",
      [1, 2],
      Error,
      "Cannot make a data set: expected 3 labels in `labels`, received 2",
    ],
    [
      "a label of 0",
      [1, 0, 2],
      LabelError,
      "Cannot make a data set: expected an integer in [0, 10) in `labels`, received -1 at index 1",
    ],
  ] as const
) {
  Deno.test(`loadStl10() refuses ${what}`, async () => {
    const bytes = await stl([...labels]);
    const error = await assertRejects(
      () => withStl(bytes, (dataDir) => loadStl10({ dataDir })),
      Type,
    );
    assertEquals(error.message, message);
  });
}

Deno.test("loadStl10() refuses a size that does not divide 96", async () => {
  const size = 64 as 32;
  await assertRejects(() => loadStl10({ size }), OptionsError, "size");
});
