import type { Origin, Part } from "./part.ts";
import { type Answer, HttpError, request } from "./request.ts";
import type { DownloadProgress, ParsedLoadOptions } from "./remote_file.ts";

/** Attempts in a row that may break before the whole file is there. */
const ATTEMPTS = 5;

/** Before the second attempt; twice as long before each further one. */
const PAUSE_MILLISECONDS = 200;

/** What is downloaded, and who is told. */
export interface Download extends ParsedLoadOptions {
  /** Its address. */
  readonly url: string;
  /** Its name, for whoever is told. */
  readonly name: string;
}

/** What proves later that the file has not changed; a weak ETag proves nothing about bytes. */
function originOf(url: string, { headers }: Response): Origin | undefined {
  const tag = headers.get("etag");
  const strong = tag !== null && !tag.startsWith("W/") ? tag : undefined;
  const validator = strong ?? headers.get("last-modified");
  return validator ? { url, validator } : undefined;
}

/** The size of the whole file, if the server says. */
function totalOf({ status, headers }: Response): number | undefined {
  const text = status === 206
    ? headers.get("content-range")?.split("/")[1]
    : headers.get("content-length");
  const total = Number(text ?? NaN);
  return Number.isSafeInteger(total) ? total : undefined;
}

/** Whether the answer is the rest of the part, from its very end. */
function continues({ status, headers }: Response, part: Part): boolean {
  return status === 206 &&
    (headers.get("content-range") ?? "").startsWith(`bytes ${part.size}-`);
}

/** Asks for what is missing, if that can be asked for and what comes is that. */
async function askForRest(
  { url, signal }: Download,
  part: Part,
): Promise<Answer | undefined> {
  if (part.origin?.url !== url) return undefined;
  const headers = {
    "range": `bytes=${part.size}-`,
    "if-range": part.origin.validator,
  };
  try {
    const answer = await request(url, { headers, signal });
    // A server that does not know ranges, or whose file has changed, sends everything: that is fine too.
    if (answer.response.status !== 206 || continues(answer.response, part)) {
      return answer;
    }
    answer[Symbol.dispose]();
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 416) throw error;
  }
  return undefined;
}

/** One attempt: appends the answer to the part, or begins the part again with it. */
async function attempt(download: Download, part: Part): Promise<void> {
  const { url, name, onProgress, signal } = download;
  using answer = await askForRest(download, part) ??
    await request(url, { signal });
  const { response } = answer;
  if (!continues(response, part)) await part.restart(originOf(url, response));
  const total = totalOf(response);
  for await (const piece of answer.pieces()) {
    await part.write(piece);
    const progress: DownloadProgress = { file: name, received: part.size };
    onProgress?.(total === undefined ? progress : { ...progress, total });
  }
  if (total !== undefined && part.size < total) {
    throw new Error(`${part.size} of ${total} bytes`);
  }
}

/**
 * Downloads into the part, and where the connection breaks goes on from there, as long as each attempt
 * brings something. Goes on with what an earlier call has left, if it comes from the same address and has
 * not changed there.
 */
export async function fill(download: Download, part: Part): Promise<void> {
  for (let pause = 1, left = ATTEMPTS; left > 0; pause *= 2, left--) {
    const before = part.origin?.url === download.url ? part.size : 0;
    try {
      return await attempt(download, part);
    } catch (error) {
      download.signal?.throwIfAborted();
      const advanced = part.origin !== undefined && part.size > before;
      if (!advanced || left === 1) throw error;
      await new Promise((go) => setTimeout(go, pause * PAUSE_MILLISECONDS));
    }
  }
}
