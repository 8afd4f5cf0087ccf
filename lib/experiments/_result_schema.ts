/**
 * Saved results as zod reads them.
 *
 * @module
 */

import { z } from "zod";
import type { EvaluateOptions } from "../training/evaluate.ts";
import { jsonNumber, jsonValue } from "./_number_codec.ts";

/** A data set, by what identifies it. */
export const dataRecordSchema = z.strictObject({
  name: z.string(),
  checksum: z.string(),
  samples: z.int().nonnegative(),
  classes: z.int().nonnegative(),
});

/** A measurement of a model whose weights are kept. */
export const evaluationSchema = z.strictObject({
  name: z.string(),
  data: z.string(),
  options: z.custom<EvaluateOptions>((x) => typeof x === "object"),
  weights: z.string(),
  numbers: z.record(z.string(), jsonNumber),
});

const claimSchema = z.strictObject({
  name: z.string(),
  statement: z.string(),
  paper: z.string(),
  here: z.string(),
  holds: z.boolean().nullable(),
});

const dash = z.exactOptional(z.enum(["dash", "dot", "dashdot"]));

const panelSchema = z.strictObject({
  title: z.string(),
  log: z.exactOptional(z.boolean()),
  lines: z.array(z.strictObject({
    column: z.string(),
    label: z.string(),
    where: z.exactOptional(
      z.record(z.string(), z.union([z.number(), z.string()])),
    ),
    dash,
  })),
  references: z.exactOptional(z.array(
    z.strictObject({ value: jsonNumber, label: z.string(), dash }),
  )),
});

const chartSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  table: z.string(),
  x: z.strictObject({
    column: z.string(),
    title: z.string(),
    log: z.exactOptional(z.boolean()),
  }),
  panels: z.array(panelSchema),
  notes: z.exactOptional(z.array(z.string())),
});

const fields = z.record(z.string(), z.unknown());

/** A saved result, its columns not yet read by their units. */
const fileSchema = z.strictObject({
  format: z.literal("interplay/result"),
  version: z.literal(1),
  experiment: z.string(),
  title: z.string(),
  paper: z.strictObject({
    source: z.string(),
    section: z.string(),
    values: z.record(z.string(), z.string()),
  }),
  call: z.strictObject({ preset: z.string(), overrides: fields }),
  config: fields,
  seed: z.int(),
  outcome: z.enum(["completed", "stopped", "failed", "running"]),
  versions: z.strictObject({
    interplay: z.string(),
    deno: z.string(),
    tfjs: z.string(),
  }),
  backend: z.string(),
  data: z.record(z.string(), dataRecordSchema),
  series: z.record(z.string(), z.record(z.string(), z.array(z.unknown()))),
  units: z.record(z.string(), z.record(z.string(), z.string())),
  summary: z.record(z.string(), jsonNumber),
  claims: z.array(claimSchema),
  charts: z.array(chartSchema),
  evaluations: z.array(evaluationSchema),
  runtime: z.strictObject({
    seconds: z.number().nonnegative(),
    system: z.string(),
    cores: z.int().positive(),
  }),
});

/** A saved result. */
export const resultSchema = fileSchema.transform(
  ({ series, ...rest }, context) => {
    const tables = Object.entries(series).map(([table, columns]) => {
      const read = Object.entries(columns).map(([column, values]) => {
        const unit = rest.units[table]?.[column] ?? "";
        const parsed = z.array(jsonValue(unit)).safeParse(values);
        if (!parsed.success) {
          const message = `Invalid value in series.${table}.${column}`;
          context.addIssue({ code: "custom", message });
        }
        return [column, parsed.data ?? []] as const;
      });
      return [table, Object.fromEntries(read)] as const;
    });
    return { ...rest, series: Object.fromEntries(tables) };
  },
);
