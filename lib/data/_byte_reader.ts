/** Reads from a stream of pieces as from a file: the next so many bytes. */
export class ByteReader implements AsyncDisposable {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  /** Reads `pieces` to their end, or until it is disposed. */
  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** At most `limit` bytes of what comes next; none at the end. */
  async some(limit: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#pieces.next();
      if (done) return this.#rest;
      this.#rest = value;
    }
    const piece = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** Fills `target`; returns how many bytes there were, fewer only at the end. */
  async fill(target: Uint8Array): Promise<number> {
    let at = 0;
    while (at < target.length) {
      const piece = await this.some(target.length - at);
      if (piece.length === 0) break;
      target.set(piece, at);
      at += piece.length;
    }
    return at;
  }

  /** Passes by `length` bytes; returns how many there were. */
  async skip(length: number): Promise<number> {
    let passed = 0;
    while (passed < length) {
      const piece = await this.some(length - passed);
      if (piece.length === 0) break;
      passed += piece.length;
    }
    return passed;
  }

  /** Closes what the pieces come from. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return?.();
  }
}
