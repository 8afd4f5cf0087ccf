/**
 * Any matrix as a heatmap figure, from a look at it.
 *
 * @module
 */

import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { formatNumber } from "../core/table.ts";
import { type Cells, type Look, lookAt } from "./_array_sample.ts";
import type { ArraySource } from "./_array_source.ts";
import { heading } from "./_array_view.ts";
import { cellsFigure } from "./_cells.ts";
import { heatScale } from "./_heat_image.ts";
import { type Figure, firstThatFits } from "./figure.ts";

/** Cells a side: the most that fit 50 KB are drawn. */
const CELLS: readonly number[] = [64, 56, 48, 40, 32];

/** Three significant digits of the largest value: what a colour can show, in few bytes. */
function rounded(cells: Cells): (number | null)[][] {
  const { low, high } = heatScale(cells.values);
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const digits = Math.min(
    12,
    Math.max(0, 2 - Math.floor(Math.log10(size) + 1e-9)),
  );
  const { values } = cells;
  return Array.from(
    { length: values.rows },
    (_, i) =>
      Array.from(
        values.row(i),
        (x) => Number.isNaN(x) ? null : Number(x.toFixed(digits)),
      ),
  );
}

function notesOf(cells: Cells, [rows, columns]: readonly number[]): string[] {
  const { values, means } = cells;
  if (values.rows === rows && values.columns === columns) return [];
  const size = `${values.rows} × ${values.columns}`;
  return means
    ? [`${size} cells, each the mean of a block.`]
    : [`${size} of the entries, evenly spaced.`];
}

function draw(source: ArraySource, look: Look, title: string): Figure {
  const { cells, spread } = look;
  if (cells === undefined || spread === undefined) {
    return new Check("draw a heatmap").fail(
      ShapeError,
      "a matrix of numbers with 2 rows and columns at least",
      heading(source),
    );
  }
  const { colors, low, high } = heatScale(cells.values);
  const range = `values from ${formatNumber(spread.low)} to ${
    formatNumber(spread.high)
  }`;
  return cellsFigure({
    title,
    subtitle: heading(source),
    description: `Heatmap: ${title}. ${heading(source)}, ${range}.`,
    summary: [heading(source), range],
    notes: notesOf(cells, source.shape),
    axes: { x: "column", y: "row" },
    edges: cells.columnEdges,
    rowEdges: cells.rowEdges,
    cells: {
      name: "value",
      z: rounded(cells),
      zmin: Number(low.toPrecision(5)),
      zmax: Number(high.toPrecision(5)),
      hovertemplate:
        "row %{y:.0f}, column %{x:.0f}<br>value %{z}<extra></extra>",
    },
    colors,
    colorTitle: "value",
  });
}

/** A source whose whole is read once, however often it is looked at. */
function remembered(source: ArraySource): ArraySource {
  let whole: Promise<ArrayLike<unknown>> | undefined;
  return { ...source, first: (count) => whole ??= source.first(count) };
}

/** A heatmap with as many cells as fit. */
export async function matrixHeatmap(
  source: ArraySource,
  title: string,
): Promise<Figure> {
  const once = remembered(source);
  const looks = await Promise.all(CELLS.map((cells) => lookAt(once, cells)));
  return firstThatFits(
    CELLS.map((_, i) => i),
    (i) => draw(source, looks[i]!, title),
  );
}
