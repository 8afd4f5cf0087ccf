import { assertEquals, assertRejects } from "@std/assert";
import { OptionsError, readNpz, report } from "interplay";
import { FormatError } from "../../lib/core/errors.ts";
import numpy from "../golden/arrays/numpy.json" with { type: "json" };
import { bytesOf, npy, zip, type ZipPart } from "./array_files.ts";
import type { Bytes } from "./local_server.ts";

const decode = (base64: string) => Uint8Array.fromBase64(base64);

for (const [writer, { file, arrays }] of Object.entries(numpy.archives)) {
  Deno.test(`readNpz() reads what numpy.${writer} writes`, async () => {
    const read = await readNpz(decode(file));
    assertEquals(Object.keys(read), Object.keys(arrays));
    for (const [name, { dtype, shape, values }] of Object.entries(arrays)) {
      const array = read[name]!;
      assertEquals<string>(array.dtype, dtype);
      assertEquals(array.shape, shape);
      assertEquals([...array.data], values.map(Number));
    }
  });
}

Deno.test("readNpz() hands features, labels and head over to report() as they are", async () => {
  const file = decode(numpy.archives.savez.file);
  const names = ["features", "labels", "head"] as const;
  const { features, labels, head } = await readNpz(file, { names });
  const { samples, dimension, classes } = report(features, labels, {
    weights: head,
  });
  assertEquals({ samples, dimension, classes }, {
    samples: 4,
    dimension: 3,
    classes: 2,
  });
});

const ones = await npy(
  "<i2",
  "(3,)",
  new Uint8Array(Int16Array.of(1, 1, 1).buffer),
);
const one: ZipPart = { name: "x.npy", content: ones };
const expected = { data: Int16Array.of(1, 1, 1), shape: [3], dtype: "int16" };

/** What is added to an entry whose sizes are not in their fields (zip64). */
function zip64(...values: number[]): Promise<Bytes> {
  const length = Uint16Array.of(1, 8 * values.length);
  return bytesOf([length, BigUint64Array.from(values, BigInt)]);
}

Deno.test("readNpz() reads stored and deflated arrays, with a comment, and a path", async () => {
  const path = await Deno.makeTempFile();
  try {
    for (const deflate of [false, true]) {
      const file = await zip([{ ...one, deflate }], {
        comment: "PK\x05\x06 made by hand",
      });
      await Deno.writeFile(path, file);
      assertEquals<unknown>(await readNpz(file), { x: expected });
      assertEquals<unknown>(await readNpz(path), { x: expected });
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readNpz() passes by what is no array, and takes any name for a name", async () => {
  const file = await zip([
    { name: "notes.txt", content: new TextEncoder().encode("by hand") },
    { name: "__proto__.npy", content: ones },
    { name: "layer/0.npy", content: ones },
  ]);
  const arrays = await readNpz(file);
  assertEquals(Object.keys(arrays), ["__proto__", "layer/0"]);
  assertEquals<unknown>(arrays["layer/0"], expected);
});

Deno.test("readNpz() reads sizes and places that stand in zip64 fields", async () => {
  const size = 0xffffffff;
  const extra = await bytesOf([
    Uint16Array.of(0x7075, 2, 0), // a field of another kind before it
    await zip64(ones.length, ones.length, 0),
  ]);
  const part = { ...one, size, packed: size, at: size, extra };
  assertEquals<unknown>(await readNpz(await zip([part])), { x: expected });
});

Deno.test("readNpz() reads an archive whose directory stands in a zip64 record", async () => {
  const plain = await zip([one]);
  const end = plain.length - 22;
  const view = new DataView(plain.buffer);
  const record = new DataView(new ArrayBuffer(56));
  record.setUint32(0, 0x06064b50, true);
  record.setBigUint64(32, 1n, true);
  record.setBigUint64(40, BigInt(view.getUint32(end + 12, true)), true);
  record.setBigUint64(48, BigInt(view.getUint32(end + 16, true)), true);
  const locator = new DataView(new ArrayBuffer(20));
  locator.setUint32(0, 0x07064b50, true);
  locator.setBigUint64(8, BigInt(end), true);
  const tail = plain.slice(end).fill(0xff, 8, 20);
  const build = (mark: number) => {
    record.setUint32(0, mark, true);
    return bytesOf([plain.slice(0, end), record, locator, tail]);
  };
  assertEquals<unknown>(await readNpz(await build(0x06064b50)), {
    x: expected,
  });
  const error = await assertRejects(async () => readNpz(await build(0)));
  assertEquals(
    (error as Error).message,
    "Cannot read NPZ: expected the zip64 directory, received something else",
  );
});

Deno.test("readNpz() reads only the arrays that are asked for", async () => {
  const damaged = { name: "y.npy", content: ones, crc: 1 };
  const file = await zip([one, damaged]);
  assertEquals<unknown>(await readNpz(file, { names: ["x"] }), { x: expected });
});

Deno.test("readNpz() says which arrays there are when one is missing", async () => {
  const message = async (parts: ZipPart[]) => {
    const file = await zip(parts);
    const read = () => readNpz(file, { names: ["labels"] });
    return (await assertRejects(read, FormatError)).message;
  };
  assertEquals(
    await message([one, { ...one, name: "y.npy" }]),
    'Cannot read NPZ: expected an array "labels", received "x", "y"',
  );
  assertEquals(
    await message([]),
    'Cannot read NPZ: expected an array "labels", received none',
  );
});

Deno.test("readNpz() refuses an unknown option", async () => {
  const options = { name: "x" } as { names?: string[] };
  await assertRejects(() => readNpz(ones, options), OptionsError, "name");
});

const whole = await zip([one]);
const packed = await zip([{ ...one, deflate: true }]);

function changed(bytes: Bytes, at: number): Bytes {
  const copy = bytes.slice();
  copy[at]! ^= 0xff;
  return copy;
}

const bomb = await zip([
  { name: "x.npy", content: new Uint8Array(2 ** 24), deflate: true },
]);

const refused: [string, Bytes, string | RegExp][] = [
  [
    "an empty file",
    new Uint8Array(0),
    "expected the directory at the end of a zip archive, received none (is the file cut?)",
  ],
  [
    "a single array",
    ones,
    "expected the directory at the end of a zip archive, received none (is the file cut?)",
  ],
  [
    "an archive that is cut",
    whole.slice(0, -1),
    "expected the directory at the end of a zip archive, received none (is the file cut?)",
  ],
  [
    "a directory beyond the end",
    await zip([one], { at: 10_000 }),
    `expected 51 bytes of the zip directory, received 0 at 10000`,
  ],
  [
    "more entries than there are",
    await zip([one], { entries: 2 }),
    "expected an entry of the zip directory, received 0 bytes",
  ],
  [
    "a directory in another place",
    await zip([one], { at: 0 }),
    "expected an entry of the zip directory, received 51 bytes",
  ],
  [
    "a zip64 directory that is not there",
    await zip([one], { entries: 0xffff }),
    /expected 56 bytes of the zip64 directory, received \d+ at \d+$/,
  ],
  [
    "a name that comes twice",
    await zip([one, one]),
    "expected each name once, received x.npy twice",
  ],
  [
    "an encrypted array",
    await zip([{ ...one, flags: 1 }]),
    "expected x.npy without a password, received an encrypted file",
  ],
  [
    "another compression",
    await zip([{ ...one, method: 14 }]),
    "expected x.npy stored or deflated, received method 14",
  ],
  [
    "stored bytes of another number",
    await zip([{ ...one, size: ones.length + 1 }]),
    `expected ${
      ones.length + 1
    } stored bytes of x.npy, received ${ones.length}`,
  ],
  [
    "stored bytes beyond the end",
    await zip([{ ...one, size: 2 ** 31, packed: 2 ** 31 }]),
    `expected ${2 ** 31} bytes of x.npy, received ${whole.length - 35}`,
  ],
  [
    "sizes of 2^50",
    await zip([{
      ...one,
      deflate: true,
      size: 0xffffffff,
      extra: await zip64(2 ** 50),
    }]),
    /expected at most 1032 times the \d+ bytes of x\.npy, received 1125899906842624$/,
  ],
  [
    "zip64 sizes that are not there",
    await zip([{ ...one, size: 0xffffffff, packed: 0xffffffff }]),
    "expected zip64 sizes, received none",
  ],
  [
    "a header in another place",
    await zip([{ ...one, at: 1 }]),
    /expected the header of x\.npy at 1, received \w+$/,
  ],
  [
    "a header beyond the end",
    await zip([{ ...one, at: 10_000 }]),
    "expected 30 bytes of the header of x.npy, received 0 at 10000",
  ],
  [
    "a changed value",
    changed(whole, whole.length - 80),
    /expected x\.npy with CRC-32 \w+, received \w+$/,
  ],
  [
    "damaged deflated data",
    changed(packed, 60),
    /expected (intact deflated data|x\.npy with CRC-32|\d+ bytes in x\.npy)/,
  ],
  [
    "more than was promised",
    await zip([{ ...one, deflate: true, size: ones.length - 1 }]),
    `expected ${ones.length - 1} bytes in x.npy, received more`,
  ],
  [
    "less than was promised",
    await zip([{ ...one, deflate: true, size: ones.length + 1 }]),
    `expected ${ones.length + 1} bytes in x.npy, received ${ones.length}`,
  ],
  [
    "an array that is none",
    bomb,
    "expected the magic number of NPY (934e554d5059), received 000000000000",
  ],
  [
    "an integer beyond float64, by the name of the array",
    await zip([{ name: "y.npy", content: decode(numpy.refused.beyond) }]),
    "expected integers within ±(2^53 − 1) in `y`, received 9007199254740992 at 1",
  ],
];

for (const [what, bytes, message] of refused) {
  Deno.test(`readNpz() refuses ${what}`, async () => {
    const error = await assertRejects(() => readNpz(bytes), FormatError);
    if (typeof message === "string") {
      assertEquals(error.message, `Cannot read NPZ: ${message}`);
    } else {
      assertEquals(
        message.test(error.message) &&
          error.message.startsWith("Cannot read NPZ: "),
        true,
        error.message,
      );
    }
  });
}
