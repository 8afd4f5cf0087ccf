/**
 * Matrices as coloured cells: pooling, and the figure around them.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import { makeAxis } from "./_axes.ts";
import { makeFrame } from "./_frame.ts";
import { labelDepth, plotlyText, textWidth } from "./_text.ts";
import { Figure } from "./figure.ts";
import type {
  Axis,
  ColorStops,
  HeatmapTrace,
  ScatterTrace,
} from "./plotly_json.ts";

/** The smallest and the largest value of a matrix. */
export function bounds(matrix: DenseMatrix): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of matrix.data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** `count + 1` edges of `blocks` stretches of 0 … n that differ in length by one at most. */
export function blockEdges(n: number, blocks: number): number[] {
  const count = Math.min(n, blocks);
  return Array.from(
    { length: count + 1 },
    (_, i) => Math.floor(i * n / count),
  );
}

/** Sums over blocks of a square matrix whose rows and columns are taken in `order`. */
export function blockSums(
  matrix: DenseMatrix,
  order: ArrayLike<number>,
  edges: readonly number[],
): DenseMatrix {
  const count = edges.length - 1;
  const blockOf = new Uint16Array(matrix.rows);
  for (let b = 0; b < count; b++) {
    for (let i = edges[b]!; i < edges[b + 1]!; i++) blockOf[i] = b;
  }
  const sums = DenseMatrix.zeros(count, count);
  for (let i = 0; i < matrix.rows; i++) {
    const row = matrix.row(order[i]!);
    const into = sums.row(blockOf[i]!);
    for (let j = 0; j < row.length; j++) into[blockOf[j]!]! += row[order[j]!]!;
  }
  return sums;
}

/** Ticks of an axis with names instead of numbers. */
export interface NamedTicks {
  /** Where. */
  readonly values: readonly number[];
  /** What. */
  readonly names: readonly string[];
}

/** A figure of cells. */
export interface CellsSpec {
  /** The heading. */
  readonly title: string;
  /** Smaller lines under it. */
  readonly subtitle: string;
  /** For who does not see it. */
  readonly description: string;
  /** Words for plain text. */
  readonly summary: readonly string[];
  /** Lines under the plot. */
  readonly notes: readonly string[];
  /** Titles of the axes. */
  readonly axes: { readonly x: string; readonly y: string };
  /** Names on both axes; numbers if left out. */
  readonly ticks?: NamedTicks;
  /** Edges of the cells in numbers of items, 0 … n, for columns, and for rows if nothing else is said. */
  readonly edges: readonly number[];
  /** Edges of the cells in rows, where the matrix is not square. */
  readonly rowEdges?: readonly number[];
  /** The cells, less what this file adds. */
  readonly cells:
    & Pick<HeatmapTrace, "name" | "z" | "zmin" | "zmax" | "hovertemplate">
    & Partial<HeatmapTrace>;
  /** Colours. */
  readonly colors: ColorStops;
  /** What the colours mean. */
  readonly colorTitle: string;
  /** Lines over the cells. */
  readonly lines?: ScatterTrace;
}

const SIDE = 380;

/** Height over width up to which cells stay square; a matrix longer than that is squeezed. */
const SLENDER = 2;

/** Pixels for the colour bar and its title. */
const RIGHT = 84;

/** At most `limit` names, evenly spaced, so that labels of many classes do not run together. */
function thinned(ticks: NamedTicks, limit: number): NamedTicks {
  const every = Math.ceil(ticks.values.length / limit);
  const keep = <T>(list: readonly T[]) =>
    list.filter((_, i) => i % every === 0);
  return { values: keep(ticks.values), names: keep(ticks.names) };
}

function namedTicks(ticks: NamedTicks | undefined): Partial<Axis> {
  if (ticks === undefined) return {};
  const { values, names } = thinned(ticks, 17);
  return { tickvals: [...values], ticktext: names.map((n) => plotlyText(n)) };
}

/** Edges as coordinates: item i stands at i, so its cell starts half an item before. */
function coordinates(edges: readonly number[]): number[] {
  return edges.map((edge) => edge - 0.5);
}

function ends(edges: readonly number[]): [number, number] {
  return [edges[0] ?? 0, edges.at(-1) ?? 1];
}

/** A heatmap with its colour bar; row 0 stands at the top. */
export function cellsFigure(spec: CellsSpec): Figure {
  const edges = coordinates(spec.edges);
  const rowEdges = coordinates(spec.rowEdges ?? spec.edges);
  const [first, last] = ends(edges);
  const [top, bottom] = ends(rowEdges);
  const aspect = (bottom - top) / (last - first);
  const slender = aspect > SLENDER || aspect < 1 / SLENDER / 2;
  const height = Math.round(
    SIDE * Math.min(SLENDER, Math.max(1 / SLENDER / 2, aspect)),
  );
  const heatmap: HeatmapTrace = {
    type: "heatmap",
    ...spec.cells,
    x: edges,
    y: rowEdges,
    colorscale: spec.colors,
    colorbar: {
      title: { text: plotlyText(spec.colorTitle), side: "right" },
      thickness: 12,
      outlinewidth: 0,
    },
  };
  const data = spec.lines === undefined ? [heatmap] : [heatmap, spec.lines];
  const ticks = namedTicks(spec.ticks);
  const names = ticks.ticktext ?? [];
  const widest = Math.max(0, ...names.map((name) => textWidth(name, 12)));
  const angle = widest > SIDE / names.length - 6 ? -45 : 0;
  const left = Math.max(56, Math.ceil(widest) + 34);
  const more = {
    showgrid: false,
    ...(slender ? {} : { constrain: "domain" } as const),
    ...ticks,
  } as const;
  const turned = angle === 0 ? {} : { tickangle: angle };
  return new Figure({
    title: spec.title,
    description: spec.description,
    summary: spec.summary,
    data,
    layout: {
      ...makeFrame({
        title: spec.title,
        subtitle: spec.subtitle,
        notes: spec.notes,
        plotHeight: height,
        sides: { left, right: RIGHT },
        axisTitle: true,
        ticks: labelDepth(names, angle),
        fit: {
          width: left + SIDE + RIGHT,
          shrink: slender ? 0 : height / SIDE,
        },
        data,
        legend: false,
        hovermode: "closest",
      }),
      xaxis: makeAxis({
        title: spec.axes.x,
        range: [first, last],
        more: { ...more, ...turned, anchor: "y" },
      }),
      yaxis: makeAxis({
        title: spec.axes.y,
        range: [bottom, top],
        more: {
          ...more,
          anchor: "x",
          ...(slender ? {} : { scaleanchor: "x" } as const),
        },
      }),
    },
  });
}
