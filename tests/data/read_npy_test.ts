import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  matrixEntropy,
  type NdArray,
  type NumberArray,
  readNpy,
  type Source,
} from "interplay";
import { FormatError } from "../../lib/core/errors.ts";
import numpy from "../golden/arrays/numpy.json" with { type: "json" };
import { npy, npyWithHeader } from "./array_files.ts";
import { type Bytes, withServer } from "./local_server.ts";

const decode = (base64: string) => Uint8Array.fromBase64(base64);

/** What Python's `repr` of a number stands for. */
function pythonNumber(text: string): number {
  return Number(text.replace(/inf$/, "Infinity").replace("nan", "NaN"));
}

const classes: Record<string, new (values: number[]) => NumberArray> = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: Float64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: Float64Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
};

for (const { name, dtype, shape, values, file } of numpy.arrays) {
  Deno.test(`readNpy() reads what numpy writes, to the last bit: ${name}`, async () => {
    const array = await readNpy(decode(file));
    const expected = new classes[dtype]!(values.map(pythonNumber));
    assertEquals<NdArray["dtype"] | string>(array.dtype, dtype);
    assertEquals(array.shape, shape);
    assertEquals(array.data.constructor, expected.constructor);
    // Object.is() tells −0 from 0 and takes NaN for itself.
    assert(
      array.data.length === expected.length &&
        array.data.every((x, i) => Object.is(x, expected[i])),
      `${array.data}`,
    );
  });
}

const four = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);

async function read(source: Source): Promise<NdArray> {
  const array = await readNpy(source);
  assertEquals(array, {
    data: Float32Array.of(1, 2, 3, 4),
    shape: [2, 2],
    dtype: "float32",
  });
  return array;
}

Deno.test("readNpy() takes bytes, a path, a file URL as text or object, and an address", () =>
  withServer(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/a.npy") {
      return new Response(await npy("<f4", "(2, 2)", four));
    }
    return new Response("none", { status: 404 });
  }, async ({ origin, dataDir }) => {
    const bytes = await npy("<f4", "(2, 2)", four);
    const path = `${dataDir}/a.npy`;
    await Deno.writeFile(path, bytes);
    await read(bytes);
    await read(path);
    await read(`file://${path}`);
    await read(new URL(`file://${path}`));
    await read(`${origin}/a.npy`);
    await read(new URL(`${origin}/a.npy`));
    const missing = await assertRejects(() => readNpy(`${origin}/b.npy`));
    assertEquals(
      (missing as Error).message,
      `Cannot read NPY: expected bytes from ${origin}/b.npy, received HTTP 404 Not Found`,
    );
    const none = await assertRejects(
      () => readNpy(`${dataDir}/b.npy`),
      Deno.errors.NotFound,
    );
    assertEquals(
      none.message,
      `Cannot read NPY: expected a file at ${dataDir}/b.npy, received none`,
    );
  }));

Deno.test("readNpy() shares nothing with the bytes it was given, and changes none", async () => {
  const bytes = decode(
    numpy.arrays.find(({ name }) => name === "float32, big-endian")!.file,
  );
  const before = bytes.slice();
  const { data } = await readNpy(bytes);
  assertEquals(bytes, before);
  const value = data[2];
  bytes.fill(0);
  assertEquals(data[2], value);
});

Deno.test("readNpy() reads a view into a larger buffer, at any place", async () => {
  const bytes = await npy("<f4", "(2, 2)", four);
  for (const at of [0, 1, 2, 3]) {
    const large = new Uint8Array(bytes.length + 8);
    large.set(bytes, at);
    await read(large.subarray(at, at + bytes.length));
  }
});

Deno.test("an array of readNpy() is a matrix for the metrics as it is", async () => {
  const identity = new Uint8Array(Float32Array.of(1, 0, 0, 1).buffer);
  const Z = await readNpy(await npy("<f4", "(2, 2)", identity));
  assertEquals(matrixEntropy(Z), Math.LN2);
});

Deno.test("readNpy() reads headers of other writers: another order, double quotes, long integers of Python 2", async () => {
  await read(
    await npyWithHeader(
      '{"shape":(2L,2L),"fortran_order":False,"descr":"<f4"}',
      four,
    ),
  );
});

Deno.test("readNpy() gives back any float64 and int32 array of any shape", async () => {
  const shapes = fc.array(fc.nat(4), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(shapes, fc.boolean(), fc.gen(), async (shape, real, g) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const [Type, descr] = real
        ? [Float64Array, "<f8"] as const
        : [Int32Array, "<i4"] as const;
      const values = new Type(count);
      for (let i = 0; i < count; i++) {
        values[i] = real ? g(fc.double) : g(fc.integer);
      }
      const sizes = `(${shape.map((n) => `${n},`).join(" ")})`;
      const bytes = new Uint8Array(values.buffer);
      const array = await readNpy(await npy(descr, sizes, bytes));
      assertEquals(array.data, values);
      assertEquals(array.shape, shape);
    }),
  );
});

const magic = "expected the magic number of NPY (934e554d5059), received";
const header = "expected a header in Python's notation, received";
const numbers =
  "expected bool, integers or floats of 16, 32 or 64 bits, received the dtype";
const good = await npy("<f4", "(2, 2)", four);

/** The preamble with another byte. */
function changed(at: number, ...values: number[]): Bytes {
  const bytes = good.slice();
  bytes.set(values, at);
  return bytes;
}

const refused: [string, Bytes, string][] = [
  ["an empty file", new Uint8Array(0), `${magic} `],
  [
    "another format",
    new TextEncoder().encode("PK\x03\x04 …"),
    `${magic} 504b030420e2`,
  ],
  [
    "a version to come",
    changed(6, 4),
    "expected version 1, 2 or 3 of NPY, received 4",
  ],
  [
    "a file that stops before its header",
    good.slice(0, 9),
    "expected 10 bytes before the header, received 9",
  ],
  [
    "a file that stops in its version",
    good.slice(0, 6),
    "expected 12 bytes before the header, received 6",
  ],
  [
    "a header that stops",
    good.slice(0, 40),
    "expected a header of 60 bytes, received 30",
  ],
  [
    "a header beyond all measure",
    changed(6, 2, 0, 0xff, 0xff, 0xff, 0xff),
    "expected a header of at most 1048576 bytes, received 4294967295",
  ],
  ["a header that is cut", await npyWithHeader("[1, 2"), `${header} "\\n"`],
  [
    "code for a header",
    await npyWithHeader("print(1)"),
    `${header} "print(1)\\n"`,
  ],
  [
    "text behind the header",
    await npyWithHeader("{'descr': '<f4'} ; 1"),
    `${header} " ; 1\\n"`,
  ],
  [
    "a key that comes twice",
    await npyWithHeader("{'descr': '<f4', 'descr': '<f8'}"),
    `${header} ": '<f8'}\\n"`,
  ],
  ["a key that is none", await npyWithHeader("{1: 2}"), `${header} ": 2}\\n"`],
  [
    "a dictionary without colons",
    await npyWithHeader("{'a', 2}"),
    `${header} " 2}\\n"`,
  ],
  [
    "entries without commas",
    await npyWithHeader("{'a': 2 'b': 3}"),
    `${header} ": 3}\\n"`,
  ],
  ["items without commas", await npyWithHeader("(2 3)"), `${header} ")\\n"`],
  ["a bracket too many", await npyWithHeader(")"), `${header} "\\n"`],
  [
    "a header nested without end",
    await npyWithHeader("(".repeat(50)),
    `${header} ${JSON.stringify("(".repeat(32) + "\n")}`,
  ],
  [
    "a header that is no dictionary",
    await npyWithHeader("(1, 2)"),
    "expected True or False as `fortran_order`, received nothing",
  ],
  [
    "an order that is none",
    await npyWithHeader("{'fortran_order': 'C'}"),
    'expected True or False as `fortran_order`, received "C"',
  ],
  [
    "a header without dtype",
    await npyWithHeader("{'fortran_order': True}"),
    `${numbers} nothing`,
  ],
  ["a dtype to come", await npy("<f16", "(1,)"), `${numbers} "<f16"`],
  ["complex numbers", decode(numpy.refused.complex), `${numbers} "<c8"`],
  ["text", decode(numpy.refused.text), `${numbers} "<U3"`],
  [
    "pickled objects",
    decode(numpy.refused.objects),
    `${numbers} "|O" (Python objects are never unpickled)`,
  ],
  [
    "records",
    decode(numpy.refused.records),
    `${numbers} [["x","<f4"],["y","<i4"]]`,
  ],
  ["dates", decode(numpy.refused.dates), `${numbers} "<M8[D]"`],
  [
    "a shape that is none",
    await npy("<f4", "'wide'"),
    'expected a shape in the header, received "wide"',
  ],
  [
    "missing values",
    good.slice(0, -1),
    "expected 16 bytes for float32 [2, 2], received 15",
  ],
  [
    "left-over bytes",
    Uint8Array.of(...good, 0),
    "expected 16 bytes for float32 [2, 2], received 17",
  ],
  [
    "sizes beyond all memory",
    await npy("<f8", `(${2 ** 50}, 8)`, four),
    "expected 72057594037927940 bytes for float64 [1125899906842624, 8], received 16",
  ],
  [
    "sizes beyond all numbers",
    await npy("<f8", `(${"9".repeat(400)},)`, four),
    "expected Infinity bytes for float64 [Infinity], received 16",
  ],
  [
    "integers beyond float64",
    decode(numpy.refused.beyond),
    "expected integers within ±(2^53 − 1) in the array, received 9007199254740992 at 1",
  ],
  [
    "integers below float64",
    decode(numpy.refused.below),
    "expected integers within ±(2^53 − 1) in the array, received -9223372036854775808 at 0",
  ],
  [
    "unsigned integers beyond float64",
    decode(numpy.refused.unsigned),
    "expected integers within ±(2^53 − 1) in the array, received 18446744073709551615 at 1",
  ],
];

for (const [what, bytes, message] of refused) {
  Deno.test(`readNpy() refuses ${what}`, async () => {
    const error = await assertRejects(() => readNpy(bytes), FormatError);
    assertEquals(error.message, `Cannot read NPY: ${message}`);
  });
}
