/** A server that has not begun to answer by then, or sends nothing for so long, is given up. */
const PATIENCE_MILLISECONDS = 30_000;

/** An answer that came, but with an error status. */
export class HttpError extends Error {
  /** Always "HttpError". */
  override readonly name: string = "HttpError";
  /** The status. */
  readonly status: number;

  /** Says what the server said. */
  constructor({ status, statusText }: Response) {
    super(`HTTP ${status} ${statusText}`.trim());
    this.status = status;
  }
}

/** An answer, given up when it stands still; disposing it ends the connection. */
export class Answer implements Disposable {
  /** Status and headers. */
  readonly response: Response;
  #patience: Patience;

  /** An answer that is read under `patience`. */
  constructor(response: Response, patience: Patience) {
    this.response = response;
    this.#patience = patience;
  }

  /** The body, piece by piece. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.response.body ?? []) {
      this.#patience.renew();
      yield piece;
    }
  }

  /** Ends the connection. */
  [Symbol.dispose](): void {
    this.#patience[Symbol.dispose]();
  }
}

/** Ends a request that stands still. */
class Patience implements Disposable {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Aborts when nothing has happened for too long, or with `outer`. */
  readonly signal: AbortSignal;

  constructor(outer: AbortSignal | undefined) {
    this.signal = AbortSignal.any([
      this.#controller.signal,
      ...(outer ? [outer] : []),
    ]);
    this.renew();
  }

  /** Something has happened. */
  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#controller.abort(new Error("no answer in time")),
      PATIENCE_MILLISECONDS,
    );
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

/** Asks for the bytes behind `url` as they are, not compressed for the way. */
export async function request(
  url: string,
  { headers, signal }: {
    headers?: Record<string, string>;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<Answer> {
  const patience = new Patience(signal);
  try {
    const response = await fetch(url, {
      headers: { ...headers, "accept-encoding": "identity" },
      signal: patience.signal,
    });
    if (response.ok) return new Answer(response, patience);
    throw new HttpError(response);
  } catch (error) {
    patience[Symbol.dispose]();
    throw error;
  }
}

/** What went wrong, with the cause that a failed fetch hides behind its message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message} (${error.cause.message})`
    : error.message;
}
