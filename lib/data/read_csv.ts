import { z } from "zod";
import { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import {
  type ByteSource,
  openSource,
  type Source,
  sourcePieces,
} from "./_arrays/byte_source.ts";
import { type CsvRecord, csvRecords } from "./_arrays/csv_records.ts";
import type { NdArray } from "./_arrays/nd_array.ts";
import { inflate, isGzip } from "./_gzip.ts";

/** Options of {@linkcode readCsv}. */
export interface ReadCsvOptions {
  /** Between fields: one character, or "whitespace" for any run of blanks; "," if left out. */
  readonly delimiter?: string;
  /** Whether the first record names the columns; left out, it does when a field of it is no number. */
  readonly header?: boolean;
  /** The column with the labels: its name or its index, from the end if negative; none if left out. */
  readonly label?: string | number;
}

const csvOptions = z.strictObject({
  delimiter: z.union([z.literal("whitespace"), z.string().length(1)])
    .default(","),
  header: z.boolean().optional(),
  label: z.union([z.string(), z.int()]).optional(),
});

/** A table of numbers: a matrix for every metric. */
export interface CsvTable extends NdArray {
  /** The numbers row by row, without the labels. */
  readonly data: Float64Array;
  /** `[rows, columns]`. */
  readonly shape: readonly [rows: number, columns: number];
  /** Always "float64". */
  readonly dtype: "float64";
  /** Names of the columns, without that of the labels; "0", "1", … where the file names none. */
  readonly columns: readonly string[];
}

/** A table of numbers with a label for each row. */
export interface LabelledCsvTable extends CsvTable {
  /** One a row, as class indices. */
  readonly labels: Int32Array;
  /** One name a class. */
  readonly classNames: readonly string[];
}

/** Numbers that grow in number. */
class Growing {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  finish(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

/** What numpy, Python and R write for numbers that are not finite. */
const special = new Map([
  ["nan", NaN],
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["infinity", Infinity],
  ["-infinity", -Infinity],
]);

/** The number in a field; `undefined` if it is none. */
function parseNumber(field: string): number | undefined {
  const value = Number(field);
  if (Number.isFinite(value)) {
    return /^\s*(0[box].*)?$/i.test(field) ? undefined : value;
  }
  return special.get(field.trim().toLowerCase());
}

/** A table in the making. */
class TableReader {
  readonly #check: Check;
  readonly #options: z.output<typeof csvOptions>;
  #names: readonly string[] | undefined;
  /** Column of the labels, if there is one. */
  #label: number | undefined;
  readonly #values = new Growing();
  readonly #labels: string[] = [];
  #rows = 0;

  constructor(check: Check, options: z.output<typeof csvOptions>) {
    this.#check = check;
    this.#options = options;
  }

  add(record: CsvRecord): void {
    if (this.#names === undefined && this.#begin(record)) return;
    const names = this.#names ?? [];
    const { line, fields } = record;
    if (fields.length !== names.length) {
      const expected = `${names.length} fields on line ${line}`;
      this.#check.fail(FormatError, expected, fields.length);
    }
    for (let j = 0; j < fields.length; j++) {
      if (j === this.#label) this.#labels.push(fields[j]!.trim());
      else this.#values.push(this.#number(record, j));
    }
    this.#rows++;
  }

  /** Takes names and label column from the first record; tells whether it is a header. */
  #begin({ fields }: CsvRecord): boolean {
    const named = this.#options.header ??
      fields.some((field, j) => {
        const { label } = this.#options;
        const isLabel = label === j || label === j - fields.length;
        return !isLabel && parseNumber(field) === undefined;
      });
    this.#names = fields.map((field, j) => named ? field.trim() : `${j}`);
    this.#label = this.#labelColumn(this.#names);
    return named;
  }

  #labelColumn(names: readonly string[]): number | undefined {
    const { label } = this.#options;
    if (label === undefined) return undefined;
    if (typeof label === "number") {
      const column = label < 0 ? label + names.length : label;
      if (column >= 0 && column < names.length) return column;
      const range = `a column in [−${names.length}, ${names.length})`;
      this.#check.fail(FormatError, `${range} as \`label\``, label);
    }
    const column = names.indexOf(label);
    if (column >= 0 && names.lastIndexOf(label) === column) return column;
    const quoted = JSON.stringify(label);
    const received = column < 0 ? names.slice(0, 10).join(", ") : "more";
    return this.#check.fail(FormatError, `one column ${quoted}`, received);
  }

  #number({ line, fields }: CsvRecord, j: number): number {
    const value = parseNumber(fields[j]!);
    if (value !== undefined) return value;
    const where = `line ${line}, column ${JSON.stringify(this.#names?.[j])}`;
    const received = JSON.stringify(fields[j]!.slice(0, 40));
    return this.#check.fail(FormatError, `a number on ${where}`, received);
  }

  finish(): CsvTable | LabelledCsvTable {
    const names = this.#names ?? [];
    if (this.#rows === 0) {
      this.#check.fail(FormatError, "at least 1 row of numbers", 0);
    }
    const columns = names.filter((_, j) => j !== this.#label);
    const table: CsvTable = {
      data: this.#values.finish(),
      shape: [this.#rows, columns.length],
      dtype: "float64",
      columns,
    };
    return this.#label === undefined
      ? table
      : { ...table, ...classesOf(this.#labels) };
  }
}

/** Integers from here on are names, not class indices. */
const MOST_CLASSES = 1_000_000;

/** Class indices: integers as they are, anything else numbered in the order of the alphabet. */
function classesOf(
  names: readonly string[],
): Pick<LabelledCsvTable, "labels" | "classNames"> {
  const numbers = names.map((name) => parseNumber(name) ?? NaN);
  if (numbers.every((x) => Number.isInteger(x) && x >= 0 && x < MOST_CLASSES)) {
    const labels = Int32Array.from(numbers);
    const classes = labels.reduce((a, b) => Math.max(a, b), 0) + 1;
    return {
      labels,
      classNames: Array.from({ length: classes }, (_, c) => `${c}`),
    };
  }
  const classNames = [...new Set(names)].sort();
  const index = new Map(classNames.map((name, c) => [name, c]));
  return {
    labels: Int32Array.from(names, (name) => index.get(name)!),
    classNames,
  };
}

async function plainPieces(
  check: Check,
  source: ByteSource,
): Promise<AsyncIterable<Uint8Array>> {
  const start = await source.read(0, Math.min(2, source.size));
  const bytes = sourcePieces(source);
  return isGzip(start) ? inflate(check, bytes) : bytes;
}

/**
 * Reads a table of numbers from delimited text, gzipped or not: one row a sample, and a column of labels if
 * there is one.
 *
 * Fields may stand in quotes; lines that are empty or begin with # are passed by; `nan` and `inf` are
 * read as such, an empty field is an error. Labels that are integers in `[0, 10^6)` stay as they are, any
 * others are numbered in the order of the alphabet.
 *
 * Cost: some 60 MB/s (`tests/bench/data_bench.ts`); the text is never held whole.
 *
 * @param source The path of a file, an address, or the bytes.
 * @param options What stands between fields, whether there is a header, and where the labels are.
 * @returns Numbers `[rows, columns]` as float64, names of the columns, and labels where asked for.
 * @throws {FormatError} A field is no number, rows differ in length, a quote is misplaced, there is no row,
 * or no such column of labels.
 * @throws {Deno.errors.NotFound} There is no such file.
 * @throws {DOMException} An AbortError at an interrupt while a file is read or downloaded.
 * @throws {OptionsError} An option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { readCsv } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const text = new TextEncoder().encode("x,y,kind\n1,2.5,dog\n-3,4e2,cat\n");
 * const { data, shape, labels, classNames } = await readCsv(text, { label: "kind" });
 * assertEquals(data, Float64Array.of(1, 2.5, -3, 400));
 * assertEquals(shape, [2, 2]);
 * assertEquals([...labels].map((c) => classNames[c]), ["dog", "cat"]);
 * ```
 */
export function readCsv(
  source: Source,
  options: ReadCsvOptions & { readonly label: string | number },
): Promise<LabelledCsvTable>;
/** A table without labels. */
export function readCsv(
  source: Source,
  options?: ReadCsvOptions,
): Promise<CsvTable>;
export async function readCsv(
  source: Source,
  options: ReadCsvOptions = {},
): Promise<CsvTable> {
  const check = new Check("read CSV");
  const parsed = check.options(csvOptions, options);
  using bytes = await openSource(check, source);
  const reader = new TableReader(check, parsed);
  const text = await plainPieces(check, bytes);
  for await (const records of csvRecords(check, text, parsed.delimiter)) {
    for (const record of records) reader.add(record);
  }
  return reader.finish();
}
