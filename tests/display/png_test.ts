import { assert, assertEquals } from "@std/assert";
import { crc32, inflateSync } from "node:zlib";
import fc from "fast-check";
import type { Rgb } from "../../lib/display/_color.ts";
import { encodePng, pngUrl } from "../../lib/display/_png.ts";

interface Chunk {
  type: string;
  body: Uint8Array;
}

/** Reads chunks by the specification, checking each CRC with the runtime's own. */
function chunks(png: Uint8Array): Chunk[] {
  assertEquals([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const found: Chunk[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    assertEquals(
      view.getUint32(at + 8 + length),
      crc32(png.subarray(at + 4, at + 8 + length)),
    );
    found.push({ type, body: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return found;
}

/** The palette indices of a PNG without filters. */
function decode(png: Uint8Array): { width: number; pixels: number[] } {
  const parts = chunks(png);
  const bodyOf = (type: string) =>
    parts.find((p) => p.type === type)?.body ?? new Uint8Array();
  const head = bodyOf("IHDR");
  const view = new DataView(head.buffer, head.byteOffset);
  const [width, height, depth] = [
    view.getUint32(0),
    view.getUint32(4),
    head[8] ?? 8,
  ];
  assertEquals([...head.subarray(9)], [3, 0, 0, 0]);
  const raw = inflateSync(bodyOf("IDAT"));
  const stride = Math.ceil(width * depth / 8) + 1;
  assertEquals(raw.length, stride * height);
  const pixels = Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    assertEquals(raw[y * stride], 0);
    const byte = raw[y * stride + 1 + (x * depth >> 3)] ?? 0;
    return byte >> (8 - depth - (x * depth & 7)) & ((1 << depth) - 1);
  });
  return { width, pixels };
}

function greys(n: number): Rgb[] {
  return Array.from({ length: n }, (_, i): Rgb => [i, i, i]);
}

Deno.test("encodePng() gives back its pixels, for every depth and width", () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 19 }),
    height: fc.integer({ min: 1, max: 9 }),
    colors: fc.constantFrom(2, 3, 4, 5, 16, 17, 256),
    seed: fc.nat(),
  });
  fc.assert(fc.property(sizes, ({ width, height, colors, seed }) => {
    const pixels = Uint8Array.from(
      { length: width * height },
      (_, i) => (i * 7919 + seed) % colors,
    );
    const png = encodePng({ width, height, pixels, palette: greys(colors) });
    assertEquals(decode(png), { width, pixels: [...pixels] });
  }));
});

Deno.test("encodePng() writes the palette, and the clear colour before the pixels", () => {
  const png = encodePng({
    width: 1,
    height: 1,
    pixels: Uint8Array.of(1),
    palette: [[0, 0, 0], [1, 2, 3]],
    clearFirst: true,
  });
  const parts = chunks(png);
  assertEquals(parts.map((p) => p.type), [
    "IHDR",
    "PLTE",
    "tRNS",
    "IDAT",
    "IEND",
  ]);
  assertEquals([...parts[1]?.body ?? []], [0, 0, 0, 1, 2, 3]);
  assertEquals([...parts[2]?.body ?? []], [0]);
});

Deno.test("pngUrl() is the PNG in base64", () => {
  const picture = {
    width: 1,
    height: 1,
    pixels: Uint8Array.of(0),
    palette: greys(2),
  };
  const [head = "", data = ""] = pngUrl(picture).split(",");
  assertEquals(head, "data:image/png;base64");
  assert(Uint8Array.fromBase64(data).length === encodePng(picture).length);
});
