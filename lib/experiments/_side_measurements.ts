import { z } from "zod";
import { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { writeWhole } from "../core/whole_file.ts";
import type { CheckpointOptions } from "../training/training_options.ts";
import { jsonNumber, toJson } from "./_number_codec.ts";

type Numbers = Readonly<Record<string, number>>;

async function textOf(file: string | URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Rows by step, as a file has them. */
function read(text: string, columns: readonly string[]): Map<number, Numbers> {
  const row = z.strictObject(
    Object.fromEntries(columns.map((name) => [name, jsonNumber])),
  );
  const schema = z.array(z.tuple([z.int().nonnegative(), row]));
  const json = z.string().transform((_, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      context.addIssue({ code: "custom", message: String(error) });
      return z.NEVER;
    }
  });
  const parsed = json.pipe(schema).safeParse(text);
  if (parsed.success) return new Map(parsed.data);
  return new Check("go on with the run").fail(
    FormatError,
    "measurements by step",
    z.prettifyError(parsed.error),
  );
}

/**
 * What an experiment measures of a model while a trainer measures something else of it. The trainer's
 * checkpoint does not know of these numbers, so they have a file beside it: a run that goes on hears of all
 * measurements before, but has no longer the weights that they were made of.
 */
export class SideMeasurements<Row extends { [C in keyof Row]: number }> {
  readonly #rows: Map<number, Row>;
  readonly #file: string | undefined;

  private constructor(rows: Map<number, Row>, file: string | undefined) {
    this.#rows = rows;
    this.#file = file;
  }

  /** Those of before, if there is a file with some. */
  static async open<Row extends { [C in keyof Row]: number }>(
    { checkpoint }: { readonly checkpoint?: CheckpointOptions },
    columns: readonly (keyof Row & string)[],
  ): Promise<SideMeasurements<Row>> {
    if (checkpoint === undefined) {
      return new SideMeasurements(new Map(), undefined);
    }
    const text = await textOf(checkpoint.path);
    const rows = text === undefined ? new Map() : read(text, columns);
    return new SideMeasurements(
      rows as Map<number, Row>,
      String(checkpoint.path),
    );
  }

  /** The measurement of a step: that of before, or a new one. */
  async at(step: number, measure: () => Promise<Row>): Promise<Row> {
    const before = this.#rows.get(step);
    if (before !== undefined) return before;
    const row = await measure();
    this.#rows.set(step, row);
    if (this.#file !== undefined) {
      await writeWhole(this.#file, toJson([...this.#rows]));
    }
    return row;
  }
}
