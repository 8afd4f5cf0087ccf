const PIECE = 65536;

/** The bytes of a file, piece by piece; the file is closed at the end, and when reading stops before. */
export async function* filePieces(
  path: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const length = await file.read(piece);
    if (length === null) return;
    yield piece.subarray(0, length);
  }
}
