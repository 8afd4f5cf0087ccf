import { assert, assertEquals, assertRejects } from "@std/assert";
import { type NumberArray, readIdx } from "interplay/data";
import { FormatError } from "../../lib/core/errors.ts";
import { type Bytes, gzip } from "./local_server.ts";

/** The bytes of an IDX file: magic, sizes, then `values` by `write`, all big-endian. */
function idx(
  code: number,
  shape: readonly number[],
  { width = 1, values = [], write }: {
    width?: number;
    values?: readonly number[];
    write?: (view: DataView, at: number, value: number) => void;
  } = {},
): Bytes {
  const offset = 4 + 4 * shape.length;
  const bytes = new Uint8Array(offset + width * values.length);
  bytes.set([0, 0, code, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  values.forEach((value, i) => write?.(view, offset + width * i, value));
  return bytes;
}

const types: [string, Bytes, NumberArray][] = [
  [
    "unsigned bytes",
    idx(0x08, [2], {
      values: [0, 255],
      write: (v, at, x) => v.setUint8(at, x),
    }),
    Uint8Array.of(0, 255),
  ],
  [
    "signed bytes",
    idx(0x09, [2], {
      values: [-128, 127],
      write: (v, at, x) => v.setInt8(at, x),
    }),
    Int8Array.of(-128, 127),
  ],
  [
    "shorts",
    idx(0x0b, [2], {
      width: 2,
      values: [-32768, 258],
      write: (v, at, x) => v.setInt16(at, x),
    }),
    Int16Array.of(-32768, 258),
  ],
  [
    "ints",
    idx(0x0c, [2], {
      width: 4,
      values: [-(2 ** 31), 16909060],
      write: (v, at, x) => v.setInt32(at, x),
    }),
    Int32Array.of(-(2 ** 31), 16909060),
  ],
  [
    "floats",
    idx(0x0d, [2], {
      width: 4,
      values: [0.1, -Infinity],
      write: (v, at, x) => v.setFloat32(at, x),
    }),
    Float32Array.of(0.1, -Infinity),
  ],
  [
    "doubles",
    idx(0x0e, [2], {
      width: 8,
      values: [0.1, Number.MAX_VALUE],
      write: (v, at, x) => v.setFloat64(at, x),
    }),
    Float64Array.of(0.1, Number.MAX_VALUE),
  ],
];

for (const [name, bytes, expected] of types) {
  Deno.test(`readIdx() reads ${name}, gzipped or not`, async () => {
    assertEquals((await readIdx(bytes)).data, expected);
    assertEquals((await readIdx(await gzip(bytes))).data, expected);
  });
}

const six = idx(0x08, [1, 3, 2], {
  values: [1, 2, 3, 4, 5, 6],
  write: (v, at, x) => v.setUint8(at, x),
});

Deno.test("readIdx() keeps all axes, empty ones too", async () => {
  assertEquals((await readIdx(six)).shape, [1, 3, 2]);
  const empty = await readIdx(idx(0x0e, [0, 5]));
  assertEquals(empty, {
    data: new Float64Array(0),
    shape: [0, 5],
    dtype: "float64",
  });
});

Deno.test("readIdx() reads a view into a larger buffer and shares nothing with it", async () => {
  const large = new Uint8Array(six.length + 10);
  large.set(six, 7);
  const { data } = await readIdx(large.subarray(7, 7 + six.length));
  large.fill(0);
  assertEquals(data, Uint8Array.of(1, 2, 3, 4, 5, 6));
});

const magic =
  "expected the magic number of IDX (two zeros, a type in 0x08, 0x09, 0x0b … 0x0e, the number of axes)";

/** Sizes that promise 2^128 values. */
const endless = idx(0x0e, [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]);

const refused: [string, Bytes, string][] = [
  ["an empty file", new Uint8Array(0), "expected at least 4 bytes, received 0"],
  [
    "another format",
    new TextEncoder().encode("PNG and so on"),
    `${magic}, received 0x50 0x4e 0x47 0x20`,
  ],
  [
    "an unknown type",
    idx(0x0a, [1], { values: [1] }),
    `${magic}, received 0x00 0x00 0x0a 0x01`,
  ],
  ["no axes", idx(0x08, []), `${magic}, received 0x00 0x00 0x08 0x00`],
  [
    "a header that stops",
    six.slice(0, 9),
    "expected a header of 16 bytes, received 9 bytes",
  ],
  [
    "missing values",
    six.slice(0, -1),
    "expected 22 bytes for 1 × 3 × 2, received 21",
  ],
  [
    "left-over bytes",
    Uint8Array.of(...six, 0),
    "expected 22 bytes for 1 × 3 × 2, received 23 or more",
  ],
  [
    "sizes beyond all memory",
    endless,
    "expected 2.7222589328322065e+39 bytes for 4294967295 × 4294967295 × 4294967295 × 4294967295, received 20",
  ],
];

for (const [what, bytes, message] of refused) {
  Deno.test(`readIdx() refuses ${what}, gzipped or not`, async () => {
    for (const file of [bytes, await gzip(bytes)]) {
      const error = await assertRejects(() => readIdx(file), FormatError);
      assertEquals(error.message, `Cannot read IDX: ${message}`);
    }
  });
}

Deno.test("readIdx() refuses 255 axes of which most are missing", async () => {
  const bytes = Uint8Array.of(0, 0, 0x08, 255, ...new Array(96).fill(0xff));
  const error = await assertRejects(() => readIdx(bytes), FormatError);
  assertEquals(
    error.message,
    "Cannot read IDX: expected a header of 1024 bytes, received 100 bytes",
  );
});

Deno.test("readIdx() refuses sizes whose product is not even a number", async () => {
  const axes = new Array<number>(200).fill(0xffffffff);
  const bytes = idx(0x0e, [...axes, 0]);
  await assertRejects(() => readIdx(bytes), FormatError, "expected NaN bytes");
});

Deno.test("readIdx() stops inflating where the header says the data end", async () => {
  const bomb = new Uint8Array(64 * 2 ** 20);
  bomb.set(idx(0x08, [3]));
  const error = await assertRejects(
    async () => readIdx(await gzip(bomb)),
    FormatError,
  );
  const [, received] = error.message.match(/received (\d+) or more/)!;
  // A few pieces of the stream, not the 64 MB inside.
  assert(Number(received) < 2 ** 23, error.message);
});

Deno.test("readIdx() refuses damaged and truncated gzip data", async () => {
  const file = await gzip(six);
  const damaged = file.slice();
  damaged[damaged.length - 6]! ^= 0xff;
  for (const bytes of [damaged, file.slice(0, -9)]) {
    await assertRejects(
      () => readIdx(bytes),
      FormatError,
      "Cannot read IDX: expected intact gzip data",
    );
  }
});
