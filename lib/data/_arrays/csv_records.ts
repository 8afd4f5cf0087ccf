import { parse } from "@std/csv";
import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";

/** One record of a table of text. */
export interface CsvRecord {
  /** Line it begins on, the first being 1. */
  readonly line: number;
  /** Its fields, without quotes around them. */
  readonly fields: readonly string[];
}

/** Complete lines, as many at a time as have arrived. */
async function* lineBlocks(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of bytes) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield lines;
  }
  yield [rest + decoder.decode()];
}

/** Characters of a record with a quote that does not close, at which reading stops. */
const LONGEST_RECORD = 2 ** 20;

function countQuotes(line: string): number {
  return line.split('"').length - 1;
}

/** The fields of a record with quotes in it (RFC 4180). */
function quoted(check: Check, { text, line, delimiter }: {
  text: string;
  line: number;
  delimiter: string;
}): readonly string[] {
  const separator = delimiter === "whitespace" ? " " : delimiter;
  try {
    const [fields]: string[][] = parse(text, { separator });
    return fields ?? [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return check.fail(
      FormatError,
      `well-placed quotes in the record on line ${line}`,
      JSON.stringify(text.slice(0, 40)),
    );
  }
}

/** A record that goes on over several lines, because a quote is open. */
class OpenRecord {
  readonly #check: Check;
  #text = "";
  #quotes = 0;
  /** Line it begins on; 0 while nothing is open. */
  #line = 0;

  constructor(check: Check) {
    this.#check = check;
  }

  /** Whether a quote is open. */
  get isOpen(): boolean {
    return this.#line > 0;
  }

  /** Adds a line; returns the record when no quote is open any more. */
  add(raw: string, line: number): { text: string; line: number } | undefined {
    this.#text += this.isOpen ? `\n${raw}` : raw;
    this.#line ||= line;
    this.#quotes += countQuotes(raw);
    if (this.#quotes % 2 === 1) {
      if (this.#text.length > LONGEST_RECORD) this.close();
      return undefined;
    }
    const record = { text: this.#text, line: this.#line };
    this.#text = "";
    this.#line = 0;
    return record;
  }

  /** Fails if a quote is open. */
  close(): void {
    if (!this.isOpen) return;
    const received = JSON.stringify(this.#text.slice(0, 40));
    const expected = `a closing quote in the record on line ${this.#line}`;
    this.#check.fail(FormatError, expected, received);
  }
}

/**
 * The records of delimited text; empty lines, and lines that begin with #, are passed by. "whitespace" as
 * the delimiter is any run of blanks.
 */
export async function* csvRecords(
  check: Check,
  bytes: AsyncIterable<Uint8Array>,
  delimiter: string,
): AsyncGenerator<readonly CsvRecord[]> {
  const open = new OpenRecord(check);
  let line = 0;
  for await (const lines of lineBlocks(bytes)) {
    const records: CsvRecord[] = [];
    for (const ended of lines) {
      line++;
      const raw = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
      if (open.isOpen || raw.includes('"')) {
        const whole = open.add(raw, line);
        if (whole === undefined) continue;
        const fields = quoted(check, { ...whole, delimiter });
        records.push({ line: whole.line, fields });
        continue;
      }
      const trimmed = raw.trim();
      if (trimmed === "" || trimmed.startsWith("#")) continue;
      const fields = delimiter === "whitespace"
        ? trimmed.split(/\s+/)
        : raw.split(delimiter);
      records.push({ line, fields });
    }
    yield records;
  }
  open.close();
}
