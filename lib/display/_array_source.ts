/**
 * Arrays of any rank wherever they lie: on the host, or on a device from which no more than needed should
 * come. Recognised by what they can do: nothing here imports the libraries they belong to.
 *
 * @module
 */

/** An array that is read in parts. */
export interface ArraySource {
  /** What it is: "Tensor", "Variable dense/kernel", "Matrix", "Float32Array". */
  readonly kind: string;
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** Type of an entry: "float32". */
  readonly dtype: string;
  /** Memory of all entries; `undefined` where an entry has no fixed size. */
  readonly bytes: number | undefined;
  /** Whether its memory was given back, so that there is nothing to read. */
  readonly disposed: boolean;
  /** So many entries may be read for a look at them. */
  readonly affordable: number;
  /** Entries at row-major indices, in their order. */
  pick(indices: readonly number[]): Promise<ArrayLike<unknown>>;
  /** The first `count` entries. */
  first(count: number): Promise<ArrayLike<unknown>>;
}

/** A megabyte of float32: what a look at a tensor may bring from a device. */
const DEVICE_ENTRIES = 2 ** 18;

/** On the host reading costs a few milliseconds a million. */
const HOST_ENTRIES = 2 ** 22;

/** How many entries a shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** What is used of a tfjs tensor. The chained operations are there only where all of tfjs is loaded. */
interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isDisposed: boolean;
  readonly name?: unknown;
  readonly trainable?: unknown;
  data(): Promise<ArrayLike<unknown>>;
  dispose(): void;
  flatten?(): TensorLike;
  gather?(indices: readonly number[]): TensorLike;
  slice?(begin: readonly number[], size: readonly number[]): TensorLike;
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) &&
    value.every((n) => Number.isInteger(n) && n >= 0);
}

function has(value: object, methods: readonly string[]): boolean {
  return methods.every((name) =>
    typeof Reflect.get(value, name) === "function"
  );
}

/** Whether `value` is a tensor with values, not a symbolic one. */
export function isTensor(value: unknown): value is TensorLike {
  return typeof value === "object" && value !== null && "dataId" in value &&
    "shape" in value && isShape(value.shape) && "dtype" in value &&
    has(value, ["data", "dataSync", "dispose"]);
}

const TENSOR_BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
};

/** Reads a tensor made for this and disposes it. */
async function readOnce(tensor: TensorLike): Promise<ArrayLike<unknown>> {
  try {
    return await tensor.data();
  } finally {
    tensor.dispose();
  }
}

/** A part of a tensor through the operations it carries, or of all its values where it carries none. */
async function tensorPart(
  tensor: TensorLike,
  part: (flat: TensorLike) => TensorLike | undefined,
): Promise<ArrayLike<unknown> | undefined> {
  const flat = tensor.flatten?.();
  try {
    const found = flat === undefined ? undefined : part(flat);
    return found === undefined ? undefined : await readOnce(found);
  } finally {
    flat?.dispose();
  }
}

function tensorSource(tensor: TensorLike): ArraySource {
  const size = sizeOf(tensor.shape);
  const each = TENSOR_BYTES[tensor.dtype];
  const { name, trainable } = tensor;
  return {
    kind: typeof trainable === "boolean"
      ? `Variable ${String(name ?? "")}`.trimEnd()
      : "Tensor",
    shape: tensor.shape,
    dtype: tensor.dtype,
    bytes: each === undefined ? undefined : each * size,
    disposed: tensor.isDisposed,
    affordable: DEVICE_ENTRIES,
    async pick(indices) {
      const part = await tensorPart(tensor, (flat) => flat.gather?.(indices));
      return part ?? await pickFrom(tensor, indices);
    },
    async first(count) {
      if (count >= size) return await tensor.data();
      const cut = (flat: TensorLike) => flat.slice?.([0], [count]);
      return await tensorPart(tensor, cut) ?? [];
    },
  };
}

/** Without operations only the whole can be read: done where it is affordable, else nothing is shown. */
async function pickFrom(
  tensor: TensorLike,
  indices: readonly number[],
): Promise<ArrayLike<unknown>> {
  if (sizeOf(tensor.shape) > HOST_ENTRIES) return [];
  const all = await tensor.data();
  return indices.map((i) => all[i]);
}

/** A source on the host, whose entries are at hand. */
function hostSource(
  about: Pick<ArraySource, "kind" | "shape" | "dtype" | "bytes">,
  at: (index: number) => unknown,
): ArraySource {
  return {
    ...about,
    disposed: false,
    affordable: HOST_ENTRIES,
    pick: (indices) => Promise.resolve(indices.map(at)),
    first: (count) =>
      Promise.resolve(Array.from({ length: count }, (_, i) => at(i))),
  };
}

/** What is used of an ml-matrix matrix. */
interface GridLike {
  readonly rows: number;
  readonly columns: number;
  get(row: number, column: number): number;
}

function isGrid(value: object): value is GridLike {
  return "rows" in value && "columns" in value &&
    isShape([value.rows, value.columns]) && has(value, ["get", "to2DArray"]);
}

function gridSource(grid: GridLike): ArraySource {
  const { rows, columns } = grid;
  return hostSource(
    {
      kind: grid.constructor.name || "Matrix",
      shape: [rows, columns],
      dtype: "float64",
      bytes: 8 * rows * columns,
    },
    (i) => grid.get(Math.floor(i / columns), i % columns),
  );
}

type Typed = ArrayLike<number | bigint> & ArrayBufferView;

function isTyped(value: unknown): value is Typed {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** "Float32Array" to "float32", as numpy says it. */
function dtypeOf(data: object): string {
  const name = data.constructor.name;
  if (name === "Uint8ClampedArray") return "uint8";
  return name.replace(/Array$/, "").replace("Big", "").toLowerCase();
}

function typedSource(
  data: Typed,
  shape: readonly number[],
  kind: string,
): ArraySource {
  const about = { kind, shape, dtype: dtypeOf(data), bytes: data.byteLength };
  const source = hostSource(about, (i) => data[i]);
  const whole = data.length;
  return {
    ...source,
    // All of it is there already, without a copy.
    first: (n) => n < whole ? source.first(n) : Promise.resolve(data),
  };
}

/** Typed data with a shape: a matrix of this library, an array read from a file. */
function isFlat(
  value: object,
): value is { data: Typed; shape: readonly number[] } {
  return "data" in value && "shape" in value && isTyped(value.data) &&
    isShape(value.shape) && sizeOf(value.shape) === value.data.length;
}

function flatSource(value: {
  data: Typed;
  shape: readonly number[];
}): ArraySource {
  const own = value.constructor?.name ?? "Object";
  const kind = own === "Object" ? value.data.constructor.name : own;
  return typedSource(value.data, value.shape, kind);
}

/** Rows of numbers, all of one length. */
function isRows(value: unknown): value is readonly ArrayLike<number>[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const length = value[0]?.length;
  return value.every((row) =>
    (Array.isArray(row) || isTyped(row)) && row.length === length &&
    (length === 0 || typeof row[0] === "number")
  );
}

function rowsSource(rows: readonly ArrayLike<number>[]): ArraySource {
  const columns = rows[0]?.length ?? 0;
  return hostSource(
    {
      kind: "Array",
      shape: [rows.length, columns],
      dtype: "number",
      bytes: 8 * rows.length * columns,
    },
    (i) => rows[Math.floor(i / columns)]?.[i % columns],
  );
}

/** The array that `value` is by its class or its fields, or `undefined` if it is none. */
export function arraySource(value: object): ArraySource | undefined {
  if (isTensor(value)) return tensorSource(value);
  if (isFlat(value)) return flatSource(value);
  return isGrid(value) ? gridSource(value) : undefined;
}

/** As {@linkcode arraySource}, and plain arrays too: for who asks on purpose. */
export function anyArraySource(value: object): ArraySource | undefined {
  if (isTyped(value)) {
    return typedSource(value, [value.length], value.constructor.name);
  }
  return isRows(value) ? rowsSource(value) : arraySource(value);
}
