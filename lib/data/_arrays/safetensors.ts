import { z } from "zod";
import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";
import type { ByteSource } from "./byte_source.ts";
import { sizeOf, widths } from "./decode.ts";
import type { Dtype } from "./nd_array.ts";

/** The longest header the format allows. */
const LONGEST_HEADER = 100_000_000;

const dtypes: Readonly<Record<string, Dtype>> = {
  BOOL: "bool",
  I8: "int8",
  I16: "int16",
  I32: "int32",
  I64: "int64",
  U8: "uint8",
  U16: "uint16",
  U32: "uint32",
  U64: "uint64",
  F16: "float16",
  BF16: "bfloat16",
  F32: "float32",
  F64: "float64",
};

const tensor = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** Tensors by name, beside what is said about the file as a whole. */
const header = z.object({
  __metadata__: z.record(z.string(), z.string()).optional(),
}).catchall(tensor);

type Tensor = z.output<typeof tensor>;

/** One tensor of the file, its header checked against the bytes that are there. */
export interface TensorPlace {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Where its values stand in the file. */
  readonly at: number;
  readonly bytes: number;
}

/** The keys of the outermost object as they are written; `JSON.parse` would keep the last of two equal ones. */
function outerKeys(json: string): string[] {
  const keys: string[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  let depth = 0;
  for (const [token, colon] of json.matchAll(tokens)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && colon !== undefined) {
      keys.push(JSON.parse(token.slice(0, -colon.length)));
    }
  }
  return keys;
}

function parseJson(check: Check, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return check.fail(FormatError, "a header in JSON", reason);
  }
}

function parseHeader(check: Check, text: string): Record<string, Tensor> {
  const parsed = header.safeParse(parseJson(check, text));
  const seen = new Set<string>();
  for (const key of outerKeys(text)) {
    if (seen.has(key)) {
      check.fail(FormatError, "each name once", `${JSON.stringify(key)} twice`);
    }
    seen.add(key);
  }
  if (!parsed.success) {
    const reason = z.prettifyError(parsed.error);
    check.fail(FormatError, "tensors in the header", reason);
  }
  const { __metadata__: _, ...tensors } = parsed.data;
  return tensors;
}

function placeOf(
  check: Check,
  name: string,
  tensor: Tensor,
): Omit<TensorPlace, "at"> {
  const dtype = dtypes[tensor.dtype];
  if (dtype === undefined) {
    const known = Object.keys(dtypes).join(", ");
    const received = `${tensor.dtype} in \`${name}\``;
    check.fail(FormatError, `a dtype of ${known}`, received);
  }
  const [begin, end] = tensor.data_offsets;
  const bytes = widths[dtype] * sizeOf(tensor.shape);
  if (end - begin !== bytes) {
    const sizes = `[${tensor.shape.join(", ")}] in \`${name}\``;
    check.fail(
      FormatError,
      `${bytes} bytes for ${dtype} ${sizes}`,
      end - begin,
    );
  }
  return { dtype, shape: tensor.shape, bytes };
}

/** Fails unless the tensors stand one after the other and fill what is there: no hole, no overlap. */
function checkLayout(
  check: Check,
  tensors: Record<string, Tensor>,
  there: number,
): void {
  const places = Object.entries(tensors).map(([name, { data_offsets }]) => ({
    name,
    begin: data_offsets[0],
    end: data_offsets[1],
  })).sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const place of places) {
    if (place.begin !== end) {
      const expected = `\`${place.name}\` to begin at ${end}`;
      check.fail(FormatError, expected, place.begin);
    }
    end = place.end;
  }
  if (end !== there) check.fail(FormatError, `${end} bytes of values`, there);
}

/** Where each tensor of a file stands; everything that can be wrong with that is found here. */
export async function tensorPlaces(
  check: Check,
  source: ByteSource,
): Promise<Map<string, TensorPlace>> {
  if (source.size < 8) check.fail(FormatError, "at least 8 bytes", source.size);
  const start = await source.read(0, 8);
  const view = new DataView(start.buffer, start.byteOffset, 8);
  const length = Number(view.getBigUint64(0, true));
  const most = Math.min(LONGEST_HEADER, source.size - 8);
  if (length > most) {
    const received = `${length} (is this a safetensors file?)`;
    check.fail(FormatError, `a header of at most ${most} bytes`, received);
  }
  const text = new TextDecoder().decode(await source.read(8, length));
  const tensors = parseHeader(check, text);
  const places = Object.entries(tensors).map(([name, tensor]) => {
    const at = 8 + length + tensor.data_offsets[0];
    return [name, { ...placeOf(check, name, tensor), at }] as const;
  });
  checkLayout(check, tensors, source.size - 8 - length);
  return new Map(places);
}
