/** A server on this machine with folders of its own, for tests of what is downloaded. */

export type Bytes = Uint8Array<ArrayBuffer>;

/** Where a test downloads from and to. */
export interface Place {
  readonly origin: string;
  /** An empty data folder, so that INTERPLAY_DATA_DIR is not looked into. */
  readonly dataDir: string;
  readonly cacheDir: string;
  /** What was asked for so far: the path, and the range if there was one. */
  readonly requests: string[];
}

/** Runs `body` beside a local server; leaves nothing behind. */
export async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  body: (place: Place) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      onError: () => new Response(null, { status: 500 }),
    },
    (request) => {
      const range = request.headers.get("range");
      const { pathname } = new URL(request.url);
      requests.push(range === null ? pathname : `${pathname} ${range}`);
      return answer(request);
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

/** A body that breaks off after `length` bytes. */
export function cut(bytes: Bytes, length: number): ReadableStream<Bytes> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) controller.error(new Error("the line is cut"));
      else controller.enqueue(bytes.slice(0, length));
      sent = true;
    },
  });
}

/** A body that stands still after these bytes, until the reader leaves. */
export function held(bytes: Bytes): ReadableStream<Bytes> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(bytes),
  });
}

export async function gzip(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(
    new CompressionStream("gzip"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function sha256(bytes: Bytes): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

export async function filesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), (e) => e.name);
  return names.sort();
}
