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

/**
 * The records of delimited text; empty lines, and lines that begin with #, are passed by. "whitespace" as
 * the delimiter is any run of blanks.
 */
export async function* csvRecords(
  check: Check,
  bytes: AsyncIterable<Uint8Array>,
  delimiter: string,
): AsyncGenerator<readonly CsvRecord[]> {
  let line = 0;
  let open = "";
  for await (const lines of lineBlocks(bytes)) {
    const records: CsvRecord[] = [];
    for (const raw of lines) {
      line++;
      const text = open + (raw.endsWith("\r") ? raw.slice(0, -1) : raw);
      if (text.includes('"')) {
        open = countQuotes(text) % 2 === 1 ? `${text}\n` : "";
        const at = line - text.split("\n").length + 1;
        if (open === "") {
          const fields = quoted(check, { text, line: at, delimiter });
          records.push({ line: at, fields });
        }
        continue;
      }
      const trimmed = text.trim();
      if (trimmed === "" || trimmed.startsWith("#")) continue;
      const fields = delimiter === "whitespace"
        ? trimmed.split(/\s+/)
        : text.split(delimiter);
      records.push({ line, fields });
    }
    yield records;
  }
  if (open !== "") {
    check.fail(
      FormatError,
      "a closing quote",
      JSON.stringify(open.slice(0, 40)),
    );
  }
}
