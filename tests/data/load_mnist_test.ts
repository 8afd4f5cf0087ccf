import { assert, assertEquals, assertRejects } from "@std/assert";
import { type DownloadProgress, loadMnist } from "interplay/data";
import { Check } from "../../lib/core/check.ts";
import {
  FormatError,
  LabelError,
  OptionsError,
} from "../../lib/core/errors.ts";
import { obtain, type RemoteFile } from "../../lib/data/_remote.ts";
import { testOnRealData } from "./data_folder.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const content = new TextEncoder().encode("what was published ".repeat(2000));
const check = new Check("load the set");

async function gzip(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(
    new CompressionStream("gzip"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function sha256(bytes: Bytes): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** A published file whose mirrors are the paths `mirrors` of the local server. */
async function remoteFile(
  origin: string,
  mirrors: readonly string[] = ["good"],
): Promise<RemoteFile> {
  return {
    folder: "set",
    name: "file.gz",
    sha256: await sha256(content),
    mirrors: mirrors.map((mirror) => `${origin}/${mirror}/`),
  };
}

/** Promises more bytes than it sends. */
function truncated(bytes: Bytes): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.subarray(0, 50));
      controller.error(new Error("the line is cut"));
    },
  });
  return new Response(body, {
    headers: { "content-length": String(bytes.length) },
  });
}

interface Place {
  readonly origin: string;
  /** An empty data folder, so that INTERPLAY_DATA_DIR is not looked into. */
  readonly dataDir: string;
  readonly cacheDir: string;
  /** Paths requested so far. */
  readonly requests: string[];
}

async function answer(path: string): Promise<Response> {
  const file = await gzip(content);
  switch (path.split("/")[1]) {
    case "good":
      return new Response(file, {
        headers: { "content-length": String(file.length) },
      });
    case "cut":
      return truncated(file);
    case "short":
      return new Response(file.slice(0, 60));
    case "other":
      return new Response(await gzip(content.slice(1)));
    default:
      return new Response("no such file", { status: 404 });
  }
}

/** Runs `body` beside a local server, with folders of its own; leaves nothing behind. */
async function withServer(body: (place: Place) => Promise<void>) {
  const requests: string[] = [];
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      onError: () => new Response(null, { status: 500 }),
    },
    (request) => {
      const { pathname } = new URL(request.url);
      requests.push(pathname);
      return answer(pathname);
    },
  );
  const folder = await Deno.makeTempDir();
  const dataDir = `${folder}/data`;
  await Deno.mkdir(dataDir);
  try {
    const origin = `http://127.0.0.1:${server.addr.port}`;
    await body({ origin, dataDir, cacheDir: `${folder}/cache`, requests });
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), (e) => e.name);
  return names.sort();
}

function where(place: Place) {
  const { dataDir, cacheDir } = place;
  const nothing = {
    baseUrl: undefined,
    onProgress: undefined,
    signal: undefined,
  };
  return { dataDir, cacheDir, ...nothing };
}

Deno.test("a loader downloads once, tells how far it is, and reads its cache from then on", () =>
  withServer(async (place) => {
    const file = await remoteFile(place.origin);
    const told: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress) => told.push(progress);
    const bytes = await obtain(check, file, { ...where(place), onProgress });
    assertEquals(bytes, await gzip(content));
    assertEquals(told.at(-1), {
      file: "file.gz",
      received: bytes.length,
      total: bytes.length,
    });
    assertEquals(await obtain(check, file, where(place)), bytes);
    assertEquals(place.requests, ["/good/file.gz"]);
    assertEquals(await filesIn(`${place.cacheDir}/set`), ["file.gz"]);
  }));

for (
  const [what, path, message] of [
    ["a download that is cut", "cut", /file\.gz: /],
    ["a truncated file", "short", /expected intact gzip data, received/],
    [
      "other content",
      "other",
      /expected content of file\.gz with SHA-256 \w{64}, received \w{64}/,
    ],
    ["a missing file", "missing", /file\.gz: HTTP 404 Not Found$/],
  ] as const
) {
  Deno.test(`a loader refuses ${what} and leaves no file`, () =>
    withServer(async (place) => {
      const file = await remoteFile(place.origin, [path]);
      const error = await assertRejects(
        () => obtain(check, file, where(place)),
        Error,
        "Cannot load the set: expected file.gz in `dataDir`, INTERPLAY_DATA_DIR or from a mirror, received http://127.0.0.1",
      );
      assert(message.test(error.message), error.message);
      assertEquals(await filesIn(`${place.cacheDir}/set`), []);
    }));
}

Deno.test("a loader calls wrong content a FormatError, and an unreachable mirror not", () =>
  withServer(async (place) => {
    const kind = async (path: string) => {
      const file = await remoteFile(place.origin, [path]);
      const error = await assertRejects(() =>
        obtain(check, file, where(place))
      );
      return error instanceof FormatError;
    };
    assertEquals(await kind("other"), true);
    assertEquals(await kind("missing"), false);
  }));

Deno.test("a loader goes on to the next mirror", () =>
  withServer(async (place) => {
    const mirrors = ["missing", "other", "cut", "good"];
    const file = await remoteFile(place.origin, mirrors);
    await obtain(check, file, where(place));
    assertEquals(place.requests, mirrors.map((m) => `/${m}/file.gz`));
    assertEquals(await filesIn(`${place.cacheDir}/set`), ["file.gz"]);
  }));

Deno.test("a loader takes another mirror instead of the known ones", () =>
  withServer(async (place) => {
    const file = await remoteFile(place.origin, ["missing"]);
    const baseUrl = `${place.origin}/good`;
    await obtain(check, file, { ...where(place), baseUrl });
    assertEquals(place.requests, ["/good/file.gz"]);
  }));

Deno.test("a loader replaces a damaged file in the cache", () =>
  withServer(async (place) => {
    const file = await remoteFile(place.origin);
    const path = `${place.cacheDir}/set/file.gz`;
    await Deno.mkdir(`${place.cacheDir}/set`, { recursive: true });
    await Deno.writeFile(path, (await gzip(content)).slice(0, 40));
    await obtain(check, file, where(place));
    assertEquals(await Deno.readFile(path), await gzip(content));
    assertEquals(place.requests.length, 1);
  }));

Deno.test("a loader stops at an abort and leaves no file", () =>
  withServer(async (place) => {
    const file = await remoteFile(place.origin, ["good", "good"]);
    const stop = new AbortController();
    const error = await assertRejects(
      () =>
        obtain(check, file, {
          ...where(place),
          signal: stop.signal,
          onProgress: () => stop.abort(new Error("enough")),
        }),
      Error,
    );
    assertEquals(error.message, "enough");
    assertEquals(place.requests.length, 1);
    assertEquals(await filesIn(`${place.cacheDir}/set`), []);
  }));

Deno.test("a loader finds its file in the data folder, in either place, compressed or not", () =>
  withServer(async (place) => {
    const file = await remoteFile(place.origin);
    await Deno.mkdir(`${place.dataDir}/set`);
    for (const name of ["file", "file.gz", "set/file", "set/file.gz"]) {
      const mine = new TextEncoder().encode(`mine, as ${name}`);
      await Deno.writeFile(`${place.dataDir}/${name}`, mine);
      assertEquals(await obtain(check, file, where(place)), mine);
    }
    assertEquals(place.requests, []);
  }));

Deno.test({
  name:
    "a loader keeps downloads in the cache folder of the platform [on Linux]",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withServer(async (place) => {
      const before = Deno.env.get("XDG_CACHE_HOME");
      Deno.env.set("XDG_CACHE_HOME", place.cacheDir);
      try {
        const file = await remoteFile(place.origin);
        await obtain(check, file, { ...where(place), cacheDir: undefined });
      } finally {
        if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
        else Deno.env.set("XDG_CACHE_HOME", before);
      }
      const kept = await filesIn(`${place.cacheDir}/interplay/set`);
      assertEquals(kept, ["file.gz"]);
    }),
});

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
