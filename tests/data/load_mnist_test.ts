import { assertEquals, assertRejects } from "@std/assert";
import { loadMnist } from "interplay/data";
import {
  FormatError,
  LabelError,
  OptionsError,
} from "../../lib/core/errors.ts";
import { testOnRealData } from "./data_folder.ts";
import { type Bytes, filesIn } from "./local_server.ts";

const image = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  2,
  0,
  51,
  102,
  255,
);

/** `loadMnist` on these bytes in a data folder. */
async function fromFolder(images: Bytes, labels: Bytes) {
  const dataDir = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${dataDir}/t10k-images-idx3-ubyte`, images);
    await Deno.writeFile(`${dataDir}/t10k-labels-idx1-ubyte`, labels);
    return await loadMnist({ split: "test", dataDir });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("loadMnist() scales bytes to [0, 1] and adds the channel", async () => {
  const data = await fromFolder(
    image,
    Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 1),
  );
  assertEquals(data.shape, [2, 1, 2, 1]);
  assertEquals(data.inputs, Float32Array.of(0, 0.2, 0.4, 1));
  assertEquals(data.labels, Int32Array.of(7, 1));
  assertEquals(data.classes, 10);
  assertEquals(data.name, "mnist test");
});

Deno.test("loadMnist() refuses files that do not belong together", async () => {
  const labels = (...y: number[]) =>
    Uint8Array.of(0, 0, 8, 1, 0, 0, 0, y.length, ...y);
  const cases: [Bytes, Bytes, new () => Error, string][] = [
    [
      image,
      labels(7),
      FormatError,
      "expected 2 labels, one an image, received 1",
    ],
    [
      labels(7),
      labels(7),
      FormatError,
      "expected images as bytes with 3 axes, received Uint8Array of 1",
    ],
    [image, labels(7, 10), LabelError, "received 10 at index 1"],
    [
      image.slice(0, 18),
      labels(7, 1),
      FormatError,
      "expected 20 bytes for 2 × 1 × 2, received 18",
    ],
  ];
  for (const [images, y, Type, message] of cases) {
    await assertRejects(() => fromFolder(images, y), Type, message);
  }
});

Deno.test("loadMnist() refuses another split and an unknown option", async () => {
  const split = "validation" as "test";
  await assertRejects(() => loadMnist({ split }), OptionsError, "split");
  const unknown = { folder: "x" } as { dataDir?: string };
  await assertRejects(() => loadMnist(unknown), OptionsError, "folder");
});

testOnRealData("loadMnist() reads the 10,000 test images", async (dataDir) => {
  const data = await loadMnist({ split: "test", dataDir });
  assertEquals(data.shape, [10000, 28, 28, 1]);
  const counts = new Array<number>(10).fill(0);
  for (const label of data.labels) counts[label]!++;
  assertEquals(counts, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});

testOnRealData(
  "loadMnist() accepts as a download what was published, and caches it",
  async (dataDir) => {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const name = new URL(request.url).pathname.split("/").at(-1);
        return new Response(await Deno.readFile(`${dataDir}/mnist/${name}`));
      },
    );
    const folder = await Deno.makeTempDir();
    try {
      const baseUrl = `http://127.0.0.1:${server.addr.port}/mnist`;
      const options = {
        split: "test",
        dataDir: folder,
        cacheDir: folder,
        baseUrl,
      } as const;
      const { labels } = await loadMnist(options);
      assertEquals([...labels.slice(0, 5)], [7, 2, 1, 0, 4]);
      assertEquals(await filesIn(`${folder}/mnist`), [
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
      ]);
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  },
);
