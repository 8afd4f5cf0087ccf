/**
 * What stands around every plot: heading, notes, legend, and the room they need.
 *
 * @module
 */

import { legendHeight } from "./_svg/legend.ts";
import { STATIC_WIDTH } from "./_svg/render.ts";
import { plotlyText, wrapText } from "./_text.ts";
import type { Annotation, Frame, Trace } from "./plotly_json.ts";

/** Characters a line, so that a heading fits a page 390 pixels wide. */
const TITLE_WRAP = 44;
const SMALL_WRAP = 56;

const TITLE_SIZE = 15;
const SMALL_SIZE = 12;

/** Pixels of a line of tick labels. */
export const TICKS = 22;

/** Pixels of an axis title below the plot. */
const AXIS_TITLE = 24;

/** Words and measures of a figure before its plot area is filled. */
export interface FrameSpec {
  /** The heading. */
  readonly title: string;
  /** Smaller lines under it; empty for none. */
  readonly subtitle: string;
  /** Lines under the plot. */
  readonly notes: readonly string[];
  /** Height of the plot area in pixels. */
  readonly plotHeight: number;
  /** Pixels left and right of the plot area. */
  readonly sides: { readonly left: number; readonly right: number };
  /** Whether the axis below has a title. */
  readonly axisTitle: boolean;
  /** Pixels of the tick labels below. */
  readonly ticks: number;
  /** For a picture of fixed proportions, as `FigureMeta` has it. */
  readonly fit?: { width: number; shrink: number };
  /** What is drawn: the legend lists it. */
  readonly data: readonly Trace[];
  /** Whether there is a legend. */
  readonly legend: boolean;
  /** How the pointer picks points. */
  readonly hovermode: Frame["hovermode"];
}

/** Notes flush with the heading, under everything else but the legend. */
function noteAnnotation(
  lines: readonly string[],
  below: number,
  left: number,
): Annotation {
  return {
    text: plotlyText(lines),
    xref: "paper",
    yref: "paper",
    x: 0,
    y: 0,
    xanchor: "left",
    yanchor: "top",
    xshift: 8 - left,
    yshift: -below,
    align: "left",
    showarrow: false,
    font: { size: 11 },
  };
}

function headingOf(
  title: readonly string[],
  subtitle: readonly string[],
): Frame["title"] {
  return {
    text: plotlyText(title),
    ...(subtitle.length === 0 ? {} : {
      subtitle: { text: plotlyText(subtitle), font: { size: SMALL_SIZE } },
    }),
    font: { size: TITLE_SIZE, weight: 600 },
    x: 0,
    xref: "container",
    xanchor: "left",
    y: 1,
    yref: "container",
    yanchor: "top",
    // plotly centres further lines about the first: half a line each brings the first back down.
    pad: { t: 8 + Math.round(0.7 * TITLE_SIZE * (title.length - 1)), l: 8 },
  };
}

/** Pixels of title and subtitle, as plotly sets them: a subtitle is centred on a fixed distance. */
function headingHeight(titles: number, subtitles: number): number {
  const title = 6 + 1.3 * TITLE_SIZE * titles;
  return Math.round(
    subtitles === 0 ? title : title + 23 + 0.65 * SMALL_SIZE * subtitles,
  );
}

/** The layout around a plot area. */
export function makeFrame(
  spec: FrameSpec,
): Frame & { annotations: Annotation[] } {
  const title = wrapText(spec.title, TITLE_WRAP);
  const subtitle = wrapText(spec.subtitle, SMALL_WRAP);
  const notes = spec.notes.flatMap((note) => wrapText(note, SMALL_WRAP));
  const top = headingHeight(title.length, subtitle.length) + 12;
  const axis = spec.ticks + (spec.axisTitle ? AXIS_TITLE : 0);
  const legend = spec.legend ? legendHeight(spec.data, STATIC_WIDTH) + 6 : 0;
  const bottom = axis + (notes.length === 0 ? 0 : notes.length * 15 + 4) +
    legend + 6;
  return {
    title: headingOf(title, subtitle),
    height: top + spec.plotHeight + bottom,
    margin: { t: top, r: spec.sides.right, b: bottom, l: spec.sides.left },
    font: {
      family: "system-ui,'Segoe UI',Helvetica,Arial,sans-serif",
      size: SMALL_SIZE,
    },
    hovermode: spec.hovermode,
    showlegend: spec.legend,
    ...(spec.legend
      ? {
        legend: {
          orientation: "h",
          x: 0,
          xanchor: "left",
          xref: "container",
          y: 0,
          yanchor: "bottom",
          yref: "container",
          traceorder: "normal",
        },
      }
      : {}),
    annotations: notes.length === 0
      ? []
      : [noteAnnotation(notes, axis, spec.sides.left)],
    meta: {
      notes: [...spec.notes],
      legend,
      ...(spec.fit === undefined ? {} : { fit: spec.fit }),
    },
  };
}
