import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  type Dtype,
  type NdArray,
  OptionsError,
  readSafetensors,
} from "interplay";
import { FormatError } from "../../lib/core/errors.ts";
import {
  bytesOf,
  safetensors,
  safetensorsWithHeader,
  type Tensor,
} from "./array_files.ts";
import type { Bytes } from "./local_server.ts";

/** One tensor of each type, with values that only it can hold. */
const kinds: [string, Dtype, ArrayBufferView<ArrayBuffer>, NdArray["data"]][] =
  [
    ["BOOL", "bool", Uint8Array.of(1, 0, 1), Uint8Array.of(1, 0, 1)],
    ["I8", "int8", Int8Array.of(-128, 127, 0), Int8Array.of(-128, 127, 0)],
    ["U8", "uint8", Uint8Array.of(0, 255, 1), Uint8Array.of(0, 255, 1)],
    [
      "I16",
      "int16",
      Int16Array.of(-32768, 32767, 1),
      Int16Array.of(-32768, 32767, 1),
    ],
    ["U16", "uint16", Uint16Array.of(65535, 0, 1), Uint16Array.of(65535, 0, 1)],
    [
      "I32",
      "int32",
      Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 1),
      Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 1),
    ],
    [
      "U32",
      "uint32",
      Uint32Array.of(2 ** 32 - 1, 0, 1),
      Uint32Array.of(2 ** 32 - 1, 0, 1),
    ],
    [
      "I64",
      "int64",
      BigInt64Array.of(-(2n ** 53n - 1n), -1n, 2n ** 53n - 1n),
      Float64Array.of(-(2 ** 53 - 1), -1, 2 ** 53 - 1),
    ],
    [
      "U64",
      "uint64",
      BigUint64Array.of(0n, 2n ** 32n, 2n ** 53n - 1n),
      Float64Array.of(0, 2 ** 32, 2 ** 53 - 1),
    ],
    [
      "F16",
      "float16",
      Float16Array.of(65504, -Infinity, 2 ** -24),
      Float32Array.of(65504, -Infinity, 2 ** -24),
    ],
    // 1.5, −∞ and the largest: sign, 8 bits of exponent, 7 of fraction.
    [
      "BF16",
      "bfloat16",
      Uint16Array.of(0x3fc0, 0xff80, 0x7f7f),
      Float32Array.of(1.5, -Infinity, 2 ** 128 - 2 ** 120),
    ],
    [
      "F32",
      "float32",
      Float32Array.of(0.1, NaN, -0),
      Float32Array.of(0.1, NaN, -0),
    ],
    [
      "F64",
      "float64",
      Float64Array.of(0.1, 5e-324, -0),
      Float64Array.of(0.1, 5e-324, -0),
    ],
  ];

/** All kinds in one file, one after the other, so that some stand at odd places. */
async function everything(): Promise<Bytes> {
  const tensors: Record<string, Tensor> = {};
  let at = 0;
  for (const [dtype, , { byteLength }] of kinds) {
    const end = at + byteLength;
    tensors[dtype] = { dtype, shape: [3, 1], data_offsets: [at, end] };
    at = end;
  }
  const values = await bytesOf(kinds.map(([, , view]) => view));
  return await safetensors(tensors, values);
}

Deno.test("readSafetensors() reads every type exactly, at any place", async () => {
  const read = await readSafetensors(await everything());
  for (const [name, dtype, , data] of kinds) {
    assertEquals(read[name], { data, shape: [3, 1], dtype }, name);
  }
});

Deno.test("readSafetensors() reads only the tensors that are asked for, also from a path", async () => {
  const bytes = await everything();
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    const { F16, BOOL } = await readSafetensors(path, {
      names: ["F16", "BOOL"],
    });
    assertEquals(F16.data, Float32Array.of(65504, -Infinity, 2 ** -24));
    assertEquals(BOOL.data, Uint8Array.of(1, 0, 1));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readSafetensors() leaves the bytes it was given as they are", async () => {
  const bytes = await everything();
  const before = bytes.slice();
  const { U8 } = await readSafetensors(bytes, { names: ["U8"] });
  U8.data.fill(7);
  assertEquals(bytes, before);
});

Deno.test("readSafetensors() reads numbers without an axis, empty tensors, and the metadata of others", async () => {
  const file = await safetensorsWithHeader(
    '{"__metadata__":{"format":"pt"},"scale":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' +
      '"none":{"dtype":"F32","shape":[0,4],"data_offsets":[4,4]}}   ',
    new Uint8Array(Float32Array.of(2.5).buffer),
  );
  assertEquals<unknown>(await readSafetensors(file), {
    scale: { data: Float32Array.of(2.5), shape: [], dtype: "float32" },
    none: { data: new Float32Array(0), shape: [0, 4], dtype: "float32" },
  });
  assertEquals(await readSafetensors(await safetensors({})), {});
});

Deno.test("readSafetensors() gives back any float32 tensors under any names", async () => {
  const values = fc.float32Array({ maxLength: 9 });
  const names = fc.string().filter((name) =>
    name !== "__metadata__" && name !== "__proto__"
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, values), async (arrays) => {
      const tensors: Record<string, Tensor> = {};
      let at = 0;
      for (const [name, { length, byteLength }] of Object.entries(arrays)) {
        const data_offsets: [number, number] = [at, at += byteLength];
        tensors[name] = { dtype: "F32", shape: [length], data_offsets };
      }
      const all = Object.values(arrays) as Float32Array<ArrayBuffer>[];
      const read = await readSafetensors(
        await safetensors(tensors, await bytesOf(all)),
      );
      assertEquals(Object.keys(read).sort(), Object.keys(arrays).sort());
      for (const [name, data] of Object.entries(arrays)) {
        assertEquals(read[name]!.data, data);
      }
    }),
  );
});

Deno.test("readSafetensors() refuses an unknown option", async () => {
  const options = { name: "x" } as { names?: string[] };
  const file = await safetensors({});
  await assertRejects(() => readSafetensors(file, options), OptionsError);
});

const eight = new Uint8Array(8);
const f32 = (begin: number, end: number, ...shape: number[]): Tensor => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

const refused: [string, Bytes, string][] = [
  ["an empty file", new Uint8Array(0), "expected at least 8 bytes, received 0"],
  [
    "a header beyond the end",
    await bytesOf([BigUint64Array.of(3n), "{}"]),
    "expected a header of at most 2 bytes, received 3 (is this a safetensors file?)",
  ],
  [
    "a header of 2^50 bytes",
    await bytesOf([BigUint64Array.of(2n ** 50n), "{}"]),
    "expected a header of at most 2 bytes, received 1125899906842624 (is this a safetensors file?)",
  ],
  [
    "another format",
    new TextEncoder().encode("PK\x03\x04 and so on"),
    "expected a header of at most 6 bytes, received 7236828441365138000 (is this a safetensors file?)",
  ],
  [
    "a header that is no JSON",
    await safetensorsWithHeader("{'a'}"),
    "expected a header in JSON, received Expected property name or '}' in JSON at position 1 (line 1 column 2)",
  ],
  [
    "a header that is no object",
    await safetensorsWithHeader("3"),
    "expected tensors in the header, received ✖ Invalid input: expected object, received number",
  ],
  [
    "a tensor without a shape",
    await safetensorsWithHeader('{"a":{"dtype":"F32","data_offsets":[0,0]}}'),
    "expected tensors in the header, received ✖ Invalid input: expected array, received undefined\n  → at a.shape",
  ],
  [
    "a name that comes twice",
    await safetensorsWithHeader(
      '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\\u0061":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}',
      eight,
    ),
    'expected each name once, received "a" twice',
  ],
  [
    "an unknown dtype",
    await safetensors({ a: { ...f32(0, 8, 8), dtype: "F8_E4M3" } }, eight),
    "expected a dtype of BOOL, I8, I16, I32, I64, U8, U16, U32, U64, F16, BF16, F32, F64, received F8_E4M3 in `a`",
  ],
  [
    "a shape that does not fit its place",
    await safetensors({ a: f32(0, 8, 3) }, eight),
    "expected 12 bytes for float32 [3] in `a`, received 8",
  ],
  [
    "sizes beyond all memory",
    await safetensors({ a: f32(0, 8, 2 ** 50, 2 ** 50) }, eight),
    "expected 5.070602400912918e+30 bytes for float32 [1125899906842624, 1125899906842624] in `a`, received 8",
  ],
  [
    "a tensor of 2^52 bytes that are not there",
    await safetensors({ a: f32(0, 2 ** 52, 2 ** 50) }, eight),
    "expected 4503599627370496 bytes of values, received 8",
  ],
  [
    "a place that ends before it begins",
    await safetensors({ a: f32(8, 0, 2) }, eight),
    "expected 8 bytes for float32 [2] in `a`, received -8",
  ],
  [
    "tensors that overlap",
    await safetensors({ a: f32(0, 8, 2), b: f32(4, 8, 1) }, eight),
    "expected `b` to begin at 8, received 4",
  ],
  [
    "a hole between tensors",
    await safetensors({ b: f32(4, 8, 1) }, eight),
    "expected `b` to begin at 0, received 4",
  ],
  [
    "left-over bytes",
    await safetensors({ a: f32(0, 4, 1) }, eight),
    "expected 4 bytes of values, received 8",
  ],
  [
    "missing bytes",
    (await safetensors({ a: f32(0, 8, 2) }, eight)).slice(0, -1),
    "expected 8 bytes of values, received 7",
  ],
  [
    "an integer beyond float64",
    await safetensors(
      { y: { dtype: "I64", shape: [1], data_offsets: [0, 8] } },
      new Uint8Array(BigInt64Array.of(2n ** 62n).buffer),
    ),
    "expected integers within ±(2^53 − 1) in `y`, received 4611686018427387904 at 0",
  ],
];

for (const [what, bytes, message] of refused) {
  Deno.test(`readSafetensors() refuses ${what}`, async () => {
    const error = await assertRejects(
      () => readSafetensors(bytes),
      FormatError,
    );
    assertEquals(error.message, `Cannot read safetensors: ${message}`);
  });
}

Deno.test("readSafetensors() says which tensors there are when one is missing", async () => {
  const file = await safetensors({ a: f32(0, 8, 2) }, eight);
  const error = await assertRejects(
    () => readSafetensors(file, { names: ["fc.weight"] }),
    FormatError,
  );
  assertEquals(
    error.message,
    'Cannot read safetensors: expected an array "fc.weight", received "a"',
  );
});
