const PIECE = 65536;

/**
 * The bytes of a file, piece by piece; the file is closed at the end, and when reading stops before, as it does
 * when `signal` is aborted.
 */
export async function* filePieces(
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  for (;;) {
    signal?.throwIfAborted();
    const piece = new Uint8Array(PIECE);
    const length = await file.read(piece);
    if (length === null) return;
    yield piece.subarray(0, length);
  }
}
