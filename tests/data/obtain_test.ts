import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { interrupt } from "interplay";
import type { DownloadProgress } from "interplay/data";
import { Check } from "../../lib/core/check.ts";
import { FormatError } from "../../lib/core/errors.ts";
import { obtain } from "../../lib/data/_remote/obtain.ts";
import { Part } from "../../lib/data/_remote/part.ts";
import type { RemoteFile } from "../../lib/data/_remote/remote_file.ts";
import {
  cut,
  filesIn,
  gzip,
  held,
  type Place,
  sha256,
  withServer,
} from "./local_server.ts";

const content = new TextEncoder().encode(
  Array.from({ length: 20_000 }, (_, i) => `line ${i} of what was published\n`)
    .join(""),
);
const packed = await gzip(content);
const other = await gzip(content.slice(1));
const check = new Check("load the set");

/** A published file whose mirrors are the paths `mirrors` of the local server. */
async function remoteFile(
  origin: string,
  mirrors: readonly string[] = ["good"],
): Promise<RemoteFile> {
  return {
    folder: "set",
    name: "file.gz",
    sha256: await sha256(content),
    summed: "content",
    mirrors: mirrors.map((mirror) => `${origin}/${mirror}/`),
  };
}

/** The whole file with an ETag, or the range that is asked for if the tag is still right. */
function ranged(request: Request, tag: string): Response {
  const headers = {
    etag: tag,
    "content-length": String(packed.length),
  };
  const [, from] = request.headers.get("range")?.match(/^bytes=(\d+)-$/) ?? [];
  if (from === undefined || request.headers.get("if-range") !== tag) {
    return new Response(packed, { headers });
  }
  const rest = packed.slice(Number(from));
  return new Response(rest, {
    status: 206,
    headers: {
      etag: tag,
      "content-length": String(rest.length),
      "content-range": `bytes ${from}-${packed.length - 1}/${packed.length}`,
    },
  });
}

/** How often each path was asked for, for servers that fail at first. */
function memory() {
  const times = new Map<string, number>();
  return (path: string) => {
    const n = (times.get(path) ?? 0) + 1;
    times.set(path, n);
    return n;
  };
}

/** The mirrors: each answers in its own way. */
function mirrors(): (request: Request) => Response {
  const nth = memory();
  const half = packed.length >> 1;
  const broken = (tag?: string) =>
    new Response(cut(packed, half), {
      headers: {
        "content-length": String(packed.length),
        ...(tag ? { etag: tag } : {}),
      },
    });
  return (request) => {
    const path = new URL(request.url).pathname.split("/")[1]!;
    const first = nth(path) === 1;
    switch (path) {
      case "good":
        return ranged(request, '"v1"');
      case "weak": // an ETag that proves nothing, and no date
        return first ? broken('W/"v1"') : ranged(request, '"v1"');
      case "cut":
        return broken();
      case "breaks": // the first time
        return first ? broken('"v1"') : ranged(request, '"v1"');
      case "breaks-always":
        return broken('"v1"');
      case "changes": // between the first and the second time
        return first ? broken('"v1"') : ranged(request, '"v2"');
      case "deaf": // to ranges
        return first ? broken('"v1"') : new Response(packed);
      case "lies": // about where its range begins
        return first
          ? broken('"v1"')
          : request.headers.has("range")
          ? new Response(packed.slice(3), {
            status: 206,
            headers: { "content-range": `bytes 3-/${packed.length}` },
          })
          : new Response(packed);
      case "beyond": // no such range
        return request.headers.has("range")
          ? new Response(null, { status: 416 })
          : first
          ? broken('"v1"')
          : new Response(packed);
      case "short":
        return new Response(packed.slice(0, 60));
      case "other":
        return new Response(other);
      default:
        return new Response("no such file", { status: 404 });
    }
  };
}

const withMirrors = (body: (place: Place) => Promise<void>) =>
  withServer(mirrors(), body);

function where({ dataDir, cacheDir }: Place) {
  return {
    dataDir,
    cacheDir,
    baseUrl: undefined,
    onProgress: undefined,
    signal: undefined,
  };
}

Deno.test("a loader downloads once, tells how far it is, and reads its cache from then on", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin);
    const told: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress) => told.push(progress);
    const path = await obtain(check, file, { ...where(place), onProgress });
    assertEquals(await Deno.readFile(path), packed);
    assertEquals(told.at(-1), {
      file: "file.gz",
      received: packed.length,
      total: packed.length,
    });
    assertEquals(await obtain(check, file, where(place)), path);
    assertEquals(place.requests, ["/good/file.gz"]);
    assertEquals(await filesIn(`${place.cacheDir}/set`), ["file.gz"]);
  }));

for (
  const [what, path, message] of [
    ["a download that is cut", "cut", /cut\/file\.gz: error reading a body/],
    [
      "a truncated file",
      "short",
      /short\/file\.gz: Cannot load the set: expected intact gzip data, received/,
    ],
    [
      "other content",
      "other",
      /expected content of file\.gz with SHA-256 \w{64}, received \w{64}$/,
    ],
    ["a missing file", "missing", /missing\/file\.gz: HTTP 404 Not Found$/],
  ] as const
) {
  Deno.test(`a loader refuses ${what} and leaves no file`, () =>
    withMirrors(async (place) => {
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

Deno.test("a loader refuses a file whose own sum is another", () =>
  withMirrors(async (place) => {
    const content = await remoteFile(place.origin, ["other"]);
    const file = {
      ...content,
      summed: "file",
      sha256: await sha256(packed),
    } as const;
    const error = await assertRejects(
      () => obtain(check, file, where(place)),
      FormatError,
    );
    const [expected, received] = [file.sha256, await sha256(other)];
    assertEquals(
      error.message,
      "Cannot load the set: expected file.gz in `dataDir`, INTERPLAY_DATA_DIR or from a mirror, received " +
        `${place.origin}/other/file.gz: Cannot load the set: expected file.gz with SHA-256 ${expected}, received ${received}`,
    );
    await obtain(
      check,
      { ...file, mirrors: [`${place.origin}/good`] },
      where(place),
    );
  }));

Deno.test("a loader calls wrong content a FormatError, and an unreachable mirror not", () =>
  withMirrors(async (place) => {
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
  withMirrors(async (place) => {
    const names = ["missing", "other", "cut", "good"];
    const file = await remoteFile(place.origin, names);
    await obtain(check, file, where(place));
    assertEquals(place.requests, names.map((m) => `/${m}/file.gz`));
    assertEquals(await filesIn(`${place.cacheDir}/set`), ["file.gz"]);
  }));

Deno.test("a loader takes another mirror instead of the known ones", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin, ["missing"]);
    const baseUrl = `${place.origin}/good`;
    await obtain(check, file, { ...where(place), baseUrl });
    assertEquals(place.requests, ["/good/file.gz"]);
  }));

Deno.test("a loader replaces a damaged file in the cache", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin);
    const path = `${place.cacheDir}/set/file.gz`;
    await Deno.mkdir(`${place.cacheDir}/set`, { recursive: true });
    await Deno.writeFile(path, packed.slice(0, 40));
    await obtain(check, file, where(place));
    assertEquals(await Deno.readFile(path), packed);
    assertEquals(place.requests.length, 1);
  }));

const half = packed.length >> 1;

Deno.test("a loader takes up a broken download where it broke", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin, ["breaks"]);
    const told: number[] = [];
    const path = await obtain(check, file, {
      ...where(place),
      onProgress: ({ received, total }) => {
        assertEquals(total, packed.length);
        told.push(received);
      },
    });
    assertEquals(await Deno.readFile(path), packed);
    assertEquals(place.requests, [
      "/breaks/file.gz",
      `/breaks/file.gz bytes=${half}-`,
    ]);
    assertEquals(told, told.toSorted((a, b) => a - b));
    assertEquals(await filesIn(`${place.cacheDir}/set`), ["file.gz"]);
  }));

for (
  const [what, path] of [
    ["the file has changed meanwhile", "changes"],
    ["the server knows no ranges", "deaf"],
    ["the server sends another range", "lies"],
    ["the server has no such range", "beyond"],
  ] as const
) {
  Deno.test(`a loader begins a download again when ${what}`, () =>
    withMirrors(async (place) => {
      const file = await remoteFile(place.origin, [path]);
      const kept = await obtain(check, file, where(place));
      assertEquals(await Deno.readFile(kept), packed);
      assertEquals(place.requests[1], `/${path}/file.gz bytes=${half}-`);
    }));
}

Deno.test("a loader asks for no range when a weak ETag is all it has", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin, ["weak", "weak"]);
    await obtain(check, file, where(place));
    assertEquals(place.requests, ["/weak/file.gz", "/weak/file.gz"]);
  }));

Deno.test("a loader gives up a mirror where a further attempt brings nothing more, and keeps what there is", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin, ["breaks-always"]);
    const error = await assertRejects(
      () => obtain(check, file, where(place)),
      Error,
    );
    assertMatch(error.message, /breaks-always\/file\.gz: error reading a body/);
    assertEquals(place.requests.length, 2);
    const left = await filesIn(`${place.cacheDir}/set`);
    assertEquals(left, ["file.gz.part", "file.gz.part.json"]);
  }));

Deno.test("a loader leaves what came of a download that breaks, and the next call goes on with it", () =>
  withServer((request) => {
    if (request.headers.has("range")) return ranged(request, '"v1"');
    return new Response(cut(packed, half), {
      headers: { etag: '"v1"', "content-length": String(packed.length) },
    });
  }, async (place) => {
    const stop = new AbortController();
    const file = await remoteFile(place.origin);
    const first = { ...where(place), signal: stop.signal };
    const onProgress = ({ received }: DownloadProgress) => {
      if (received >= half) stop.abort(new Error("enough"));
    };
    const error = await assertRejects(() =>
      obtain(check, file, { ...first, onProgress })
    );
    assertEquals((error as Error).message, "enough");
    const folder = `${place.cacheDir}/set`;
    assertEquals(await filesIn(folder), ["file.gz.part", "file.gz.part.json"]);
    const path = await obtain(check, file, where(place));
    assertEquals(await Deno.readFile(path), packed);
    assertEquals(place.requests.at(-1), `/good/file.gz bytes=${half}-`);
    assertEquals(await filesIn(folder), ["file.gz"]);
  }));

/** Leaves a part of `bytes` in the cache, as an interrupted call does. */
async function leavePart(place: Place, bytes: Uint8Array, note: string) {
  const folder = `${place.cacheDir}/set`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${folder}/file.gz.part`, bytes);
  await Deno.writeTextFile(`${folder}/file.gz.part.json`, note);
}

const note = (origin: string, mirror: string) =>
  JSON.stringify({ url: `${origin}/${mirror}/file.gz`, validator: '"v1"' });

Deno.test("a loader asks first the mirror that an interrupted download came from", () =>
  withMirrors(async (place) => {
    await leavePart(place, packed.slice(0, 9), note(place.origin, "good"));
    const file = await remoteFile(place.origin, ["missing", "good"]);
    await obtain(check, file, where(place));
    assertEquals(place.requests, ["/good/file.gz bytes=9-"]);
  }));

Deno.test("a loader begins again when what an earlier call has left is damaged", () =>
  withMirrors(async (place) => {
    await leavePart(place, new Uint8Array(9), note(place.origin, "good"));
    const file = await remoteFile(place.origin);
    const path = await obtain(check, file, where(place));
    assertEquals(await Deno.readFile(path), packed);
    assertEquals(place.requests, ["/good/file.gz bytes=9-", "/good/file.gz"]);
  }));

for (
  const [what, text] of [
    ["is no JSON", "{"],
    ["says something else", '{"etag": 1}'],
  ] as const
) {
  Deno.test(`a loader begins again when the note beside a part ${what}`, () =>
    withMirrors(async (place) => {
      await leavePart(place, packed.slice(0, 9), text);
      const file = await remoteFile(place.origin);
      await obtain(check, file, where(place));
      assertEquals(place.requests, ["/good/file.gz"]);
      assertEquals(await filesIn(`${place.cacheDir}/set`), ["file.gz"]);
    }));
}

Deno.test("two calls at the same time download a file once", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin);
    const [first, second] = await Promise.all([
      obtain(check, file, where(place)),
      obtain(check, file, where(place)),
    ]);
    assertEquals(first, second);
    assertEquals(place.requests, ["/good/file.gz"]);
    assertEquals(await filesIn(`${place.cacheDir}/set`), ["file.gz"]);
  }));

Deno.test("a loader stops at an interrupt with an AbortError that says what, and the next call goes on", () =>
  withServer((request) => {
    if (request.headers.has("range")) return ranged(request, '"v1"');
    return new Response(held(packed.slice(0, half)), {
      headers: { etag: '"v1"', "content-length": String(packed.length) },
    });
  }, async (place) => {
    const file = await remoteFile(place.origin);
    const got: number[] = [];
    const onProgress = ({ received }: DownloadProgress) => {
      got.push(received);
      assertEquals(interrupt().asked, 1);
    };
    const error = await assertRejects(
      () => obtain(check, file, { ...where(place), onProgress }),
      DOMException,
      "Cannot load the set: expected to go on, received an interrupt",
    );
    assertEquals(error.name, "AbortError");
    assertEquals(interrupt().asked, 0);
    const path = await obtain(check, file, where(place));
    assertEquals(await Deno.readFile(path), packed);
    assertEquals(place.requests[1], `/good/file.gz bytes=${got[0]}-`);
  }));

Deno.test("a loader that looks through its cache stops at an interrupt, and leaves the file", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin);
    const path = await obtain(check, file, where(place));
    const looking = obtain(check, file, where(place));
    assertEquals(interrupt().asked, 1);
    await assertRejects(() => looking, DOMException, "Cannot load the set");
    assertEquals(await Deno.readFile(path), packed);
    assertEquals(place.requests.length, 1);
  }));

Deno.test("a loader that waits for another to finish can be stopped", () =>
  withMirrors(async (place) => {
    await Deno.mkdir(`${place.cacheDir}/set`, { recursive: true });
    using _ = await Part.claim(`${place.cacheDir}/set/file.gz`);
    const file = await remoteFile(place.origin);
    const stop = new AbortController();
    const { signal } = stop;
    const waiting = obtain(check, file, { ...where(place), signal });
    stop.abort(new Error("enough"));
    await assertRejects(() => waiting, Error, "enough");
    assertEquals(place.requests, []);
  }));

Deno.test("a loader stops at an abort, and leaves no file where it could not go on with it", () =>
  withMirrors(async (place) => {
    const file = await remoteFile(place.origin, ["cut", "good"]);
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

Deno.test("a loader finds its file in the data folder, in either place, compressed or not, by any of its names", () =>
  withMirrors(async (place) => {
    const file = {
      ...await remoteFile(place.origin),
      aliases: ["alias.csv.gz"],
    };
    await Deno.mkdir(`${place.dataDir}/set`);
    const names = ["alias.csv", "alias.csv.gz", "file", "file.gz"];
    for (const name of [...names, ...names.map((n) => `set/${n}`)]) {
      const path = `${place.dataDir}/${name}`;
      await Deno.writeTextFile(path, "mine");
      assertEquals(await obtain(check, file, where(place)), path);
    }
    assertEquals(place.requests, []);
  }));

Deno.test("a loader whose file names another set has too looks into its own folder alone", () =>
  withMirrors(async (place) => {
    const file = { ...await remoteFile(place.origin), sharedName: true };
    await Deno.writeTextFile(`${place.dataDir}/file.gz`, "of another set");
    await obtain(check, file, where(place));
    assertEquals(place.requests, ["/good/file.gz"]);
    await Deno.mkdir(`${place.dataDir}/set`);
    const path = `${place.dataDir}/set/file.gz`;
    await Deno.writeTextFile(path, "mine");
    assertEquals(await obtain(check, file, where(place)), path);
  }));

Deno.test({
  name:
    "a loader keeps downloads in the cache folder of the platform [on Linux]",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withMirrors(async (place) => {
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
