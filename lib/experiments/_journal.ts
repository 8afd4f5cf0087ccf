/**
 * What a run leaves in its checkpoint folder: what it is a run of, and a file for each stage it has finished.
 *
 * @module
 */

import * as path from "@std/path";
import { z } from "zod";
import type { Check } from "../core/check.ts";
import { FormatError, OptionsError } from "../core/errors.ts";
import { writeWhole } from "../core/whole_file.ts";
import type { SeriesValue } from "../core/chart.ts";
import { jsonValue, toJson } from "./_number_codec.ts";
import { dataRecordSchema, evaluationSchema } from "./_result_schema.ts";
import { decodeWeights, encodeWeights, type KeptWeights } from "./_weights.ts";
import type { DataRecord } from "../training/history.ts";
import type { KeptEvaluation } from "./result.ts";

/** What a run is a run of: going on with another would give numbers that nobody asked for. */
export interface RunIdentity {
  readonly experiment: string;
  readonly seed: number;
  readonly backend: string;
  readonly config: object;
  readonly data: Readonly<Record<string, DataRecord>>;
}

/** A row, with the table it belongs to. */
export interface JournalRow {
  readonly table: string;
  readonly row: Readonly<Record<string, SeriesValue>>;
}

/** What came of a stage. */
export interface StageRecord {
  readonly name: string;
  /** Wall-clock time. */
  readonly seconds: number;
  readonly rows: readonly JournalRow[];
  readonly evaluations: readonly KeptEvaluation[];
}

/** Units of the columns of each table. */
export type TableUnits = Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

/** What the files of a folder are read by. */
export interface JournalTables {
  readonly units: TableUnits;
  /** Names of the stages, in their order. */
  readonly stages: readonly string[];
}

const FORMAT = "interplay/checkpoint";

const identitySchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  experiment: z.string(),
  seed: z.int(),
  backend: z.string(),
  config: z.record(z.string(), z.unknown()),
  data: z.record(z.string(), dataRecordSchema),
});

const stageSchema = z.strictObject({
  name: z.string(),
  seconds: z.number().nonnegative(),
  rows: z.array(z.strictObject({
    table: z.string(),
    row: z.record(z.string(), z.unknown()),
  })),
  evaluations: z.array(evaluationSchema),
});

async function readJson(check: Check, file: string): Promise<unknown> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    return check.fail(FormatError, `JSON in ${file}`, "something else");
  }
}

function parsed<S extends z.ZodType>(
  check: Check,
  schema: S,
  { value, file }: { value: unknown; file: string },
): z.output<S> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const problem = z.prettifyError(read.error);
  return check.fail(FormatError, `a checkpoint in ${file}`, problem);
}

/** The first part of two identities that differs, or `undefined`. */
function difference(
  here: RunIdentity,
  there: RunIdentity,
): { part: string; here: string; there: string } | undefined {
  for (
    const part of ["experiment", "seed", "backend", "config", "data"] as const
  ) {
    const [a, b] = [toJson(here[part]), toJson(there[part])];
    if (a !== b) return { part, here: a, there: b };
  }
  return undefined;
}

/** The checkpoint folder of one run. */
export class Journal {
  readonly #check: Check;
  readonly #folder: string;
  readonly #units: TableUnits;
  readonly #stages: readonly string[];

  private constructor(check: Check, folder: string, tables: JournalTables) {
    this.#check = check;
    this.#folder = folder;
    this.#units = tables.units;
    this.#stages = tables.stages;
  }

  /** Opens the folder, which may not be there yet; fails if it is of another run. */
  static async open(
    check: Check,
    folder: string,
    { identity, ...tables }: { identity: RunIdentity } & JournalTables,
  ): Promise<Journal> {
    await Deno.mkdir(folder, { recursive: true });
    const file = path.join(folder, "run.json");
    const value = await readJson(check, file);
    if (value === undefined) {
      const content = { format: FORMAT, version: 1, ...identity };
      await writeWhole(file, toJson(content));
    } else {
      const there = parsed(check, identitySchema, { value, file });
      const differs = difference(identity, there);
      if (differs !== undefined) {
        const { part, here, there } = differs;
        check.fail(
          OptionsError,
          `the checkpoint of a run with ${part} ${here} in ${folder}`,
          `one with ${there}`,
        );
      }
    }
    return new Journal(check, folder, tables);
  }

  /** Where a trainer keeps what it needs to go on with this stage. */
  trainerFile(stage: string, name?: string): string {
    const words = (name ?? "").replaceAll(/[^A-Za-z0-9._-]+/g, "-");
    return this.#file(stage, words === "" ? "training" : `${words}.training`);
  }

  /** What came of a stage if it was finished. */
  finished(stage: string): Promise<StageRecord | undefined> {
    return this.#read(this.#file(stage, "json"));
  }

  /** The weights kept in a stage. */
  async weights(stage: string): Promise<KeptWeights> {
    return await decodeWeights(this.#file(stage, "safetensors"));
  }

  /** Writes what came of a stage; its weights first, so that a finished stage has them. */
  async finish(record: StageRecord, weights: KeptWeights): Promise<void> {
    if (weights.size > 0) {
      const file = this.#file(record.name, "safetensors");
      await writeWhole(file, encodeWeights(weights));
    }
    await writeWhole(this.#file(record.name, "json"), toJson(record));
    await Deno.remove(this.trainerFile(record.name))
      .catch(() => {}); // not every stage trains something
  }

  #file(stage: string, extension: string): string {
    const place = this.#stages.indexOf(stage) + 1;
    const name = stage.replaceAll(/[^A-Za-z0-9._-]+/g, "-");
    return path.join(this.#folder, `${place}-${name}.${extension}`);
  }

  async #read(file: string): Promise<StageRecord | undefined> {
    const value = await readJson(this.#check, file);
    if (value === undefined) return undefined;
    const { rows, ...rest } = parsed(this.#check, stageSchema, { value, file });
    return { ...rest, rows: rows.map((entry) => this.#row(entry, file)) };
  }

  #row(
    { table, row }: { table: string; row: Record<string, unknown> },
    file: string,
  ): JournalRow {
    const columns = Object.entries(this.#units[table] ?? {});
    const schema = z.strictObject(Object.fromEntries(
      columns.map(([column, unit]) => [column, jsonValue(unit)]),
    ));
    return { table, row: parsed(this.#check, schema, { value: row, file }) };
  }
}
