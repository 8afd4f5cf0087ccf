/**
 * Tables that show themselves.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError, ShapeError } from "../core/errors.ts";
import { type Displayable, displayable } from "../core/rich.ts";
import { renderTable, type TableCell, type TableData } from "../core/table.ts";

/** Options of {@linkcode table}. */
export interface TableOptions {
  /** A line above the table. */
  readonly caption?: string;
  /** Which columns, in which order; all if left out. */
  readonly columns?: readonly string[];
}

/** A table with its display. */
export type Table = TableData & Displayable;

/** One row by the names of its columns. */
export type TableRecord = Readonly<Record<string, TableCell>>;

const optionsSchema = z.strictObject({
  caption: z.string().optional(),
  columns: z.array(z.string()).min(1).optional(),
});

function isTableData(
  data: TableData | readonly TableRecord[],
): data is TableData {
  return !Array.isArray(data) && "rows" in data && "columns" in data;
}

function checkCell(check: Check, cell: unknown, at: string): TableCell {
  if (cell === null || cell === undefined) return cell;
  if (
    typeof cell === "number" || typeof cell === "string" ||
    typeof cell === "boolean"
  ) return cell;
  return check.fail(
    ShapeError,
    `a number, text or boolean at ${at}`,
    typeof cell,
  );
}

/** All keys of all records, in order of first appearance. */
function fromRecords(records: readonly TableRecord[]): TableData {
  const columns = [
    ...new Set(records.flatMap((record) => Object.keys(record))),
  ];
  return {
    columns,
    rows: records.map((record) => columns.map((name) => record[name])),
  };
}

function checked(check: Check, data: TableData): TableData {
  if (data.rows.length === 0) check.fail(ShapeError, "at least 1 row", 0);
  if (data.columns.length === 0) check.fail(ShapeError, "at least 1 column", 0);
  const rows = data.rows.map((row, i) => {
    if (row.length !== data.columns.length) {
      check.fail(
        ShapeError,
        `${data.columns.length} cells in row ${i}`,
        row.length,
      );
    }
    return row.map((cell, j) =>
      checkCell(check, cell, `row ${i}, column "${data.columns[j]}"`)
    );
  });
  return { ...data, rows };
}

function chosen(
  check: Check,
  data: TableData,
  names: readonly string[],
): TableData {
  const indices = names.map((name) => {
    const at = data.columns.indexOf(name);
    if (at >= 0) return at;
    const known = data.columns.map((column) => `"${column}"`).join(", ");
    return check.fail(
      OptionsError,
      `one of ${known} in \`columns\``,
      `"${name}"`,
    );
  });
  return {
    ...data,
    columns: names,
    rows: data.rows.map((row) => indices.map((i) => row[i])),
  };
}

/**
 * A table from records or from columns and rows. It shows itself as the last expression of a cell, and
 * with `display(table)` anywhere; numbers are rounded to five significant digits, NaN is "–".
 *
 * @param data an array of records (a missing key is an empty cell), or `{ columns, rows }`.
 * @param options `caption`; `columns` to choose and order.
 * @returns columns, rows and caption, with a display.
 * @throws ShapeError for no row, rows of unequal length, or a cell that holds an object; OptionsError
 * for a column that is not there.
 *
 * @example
 * ```ts
 * import { table } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const runs = table([{ epoch: 1, mir: 0.5 }, { epoch: 2, mir: 0.75, note: "best" }]);
 * assertEquals(runs.columns, ["epoch", "mir", "note"]);
 * assertEquals(runs.rows[1], [2, 0.75, "best"]);
 * ```
 */
export function table(
  data: TableData | readonly TableRecord[],
  options: TableOptions = {},
): Table {
  const check = new Check("make a table");
  const { caption, columns } = check.options(optionsSchema, options);
  if (typeof data !== "object" || data === null) {
    check.fail(ShapeError, "records or `{ columns, rows }`", typeof data);
  }
  const whole = checked(check, isTableData(data) ? data : fromRecords(data));
  const part = columns === undefined ? whole : chosen(check, whole, columns);
  const titled = caption === undefined ? part : { ...part, caption };
  return displayable<TableData>(titled, renderTable);
}
