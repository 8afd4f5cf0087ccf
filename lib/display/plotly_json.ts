/**
 * The part of plotly's JSON that figures here are made of. Own structural types, so that no npm type
 * stands in a public signature; `_plotly_schema.ts` checks at compile time that plotly's own types
 * accept them.
 *
 * @module
 */

/** The number in the name of an axis: nothing for the first. */
export type AxisNumber = "" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";

/** The name of a horizontal axis. */
export type XName = `x${AxisNumber}`;

/** The name of a vertical axis. */
export type YName = `y${AxisNumber}`;

/** A coordinate; `null` is a gap. */
export type Coordinate = number | null;

/** How a line is drawn. */
export interface LineStyle {
  /** `#rrggbb`. */
  color?: string;
  /** Pixels. */
  width?: number;
  /** Dash pattern. */
  dash?: "solid" | "dot" | "dash" | "dashdot";
}

/** How a marker is drawn. */
export interface MarkerStyle {
  /** `#rrggbb`. */
  color: string;
  /** Diameter in pixels. */
  size: number;
  /** Shape. */
  symbol?: "circle" | "square" | "diamond" | "cross" | "x" | "triangle-up";
  /** In [0, 1]. */
  opacity?: number;
}

/** Lines, markers, or a filled band. */
export interface ScatterTrace {
  /** The kind. */
  type: "scatter";
  /** What is drawn at the points. */
  mode: "lines" | "markers" | "lines+markers" | "text" | "none";
  /** Name in legend and hover. */
  name: string;
  /** Horizontal coordinates; left out where they are `x0`, `x0 + dx`, … */
  x?: Coordinate[];
  /** The first horizontal coordinate of an even series. */
  x0?: number;
  /** The step of an even series. */
  dx?: number;
  /** Vertical coordinates. */
  y: Coordinate[];
  /** The axis of `x`, "x" if left out. */
  xaxis?: XName;
  /** The axis of `y`, "y" if left out. */
  yaxis?: YName;
  /** Line style. */
  line?: LineStyle;
  /** Marker style. */
  marker?: MarkerStyle;
  /** Fills the closed outline. */
  fill?: "toself";
  /** Colour of the filling. */
  fillcolor?: string;
  /** Texts at the points. */
  text?: string[];
  /** Font of the texts. */
  textfont?: { size: number };
  /** Where the texts stand. */
  textposition?: "top center" | "middle center";
  /** Whether the legend lists it. */
  showlegend?: boolean;
  /** Whether it answers to the pointer. */
  hoverinfo?: "skip" | "text";
  /** What it answers. */
  hovertemplate?: string;
}

/** Stops of a colour scale: a position in [0, 1] and `#rrggbb`. */
export type ColorStops = [number, string][];

/** A matrix as coloured cells. */
export interface HeatmapTrace {
  /** The kind. */
  type: "heatmap";
  /** Name in hover. */
  name: string;
  /** Rows of values. */
  z: Coordinate[][];
  /** Edges of the columns, one more than there are columns. */
  x: number[];
  /** Edges of the rows, one more than there are rows. */
  y: number[];
  /** Value of the first colour. */
  zmin: number;
  /** Value of the last colour. */
  zmax: number;
  /** Stops of the colour scale. */
  colorscale: ColorStops;
  /** A second value a cell, for the pointer. */
  customdata?: number[][];
  /** A text a cell. */
  text?: string[][];
  /** How the text is written, `%{text}`. */
  texttemplate?: string;
  /** What a cell answers to the pointer. */
  hovertemplate: string;
  /** The bar that explains the colours. */
  colorbar: {
    /** What the values are. */
    title: { text: string; side: "right" };
    /** Pixels. */
    thickness: number;
    /** Share of the plot's height. */
    len?: number;
    /** Pixels around it. */
    xpad?: number;
    /** No frame. */
    outlinewidth: 0;
  };
}

/** A trace of one of the kinds that have a static picture. */
export type Trace = ScatterTrace | HeatmapTrace;

/** An axis of a panel. */
export interface Axis {
  /** Title, and its distance in pixels. */
  title?: { text: string; standoff?: number };
  /** Scale. */
  type: "linear" | "log";
  /** First and last value; their log10 on a log axis. */
  range: [number, number];
  /** Start and end as shares of the plot area. */
  domain?: [number, number];
  /** The axis it stands on. */
  anchor?: XName | YName;
  /** The axis whose range it follows. */
  matches?: XName;
  /** The axis whose pixels a unit it follows. */
  scaleanchor?: XName;
  /** How it keeps to `scaleanchor`. */
  constrain?: "domain";
  /** Whether tick labels are drawn. */
  showticklabels?: boolean;
  /** Whether grid lines are drawn. */
  showgrid?: boolean;
  /** Whether the axis is drawn at all. */
  visible?: boolean;
  /** Fixed ticks. */
  tickvals?: number[];
  /** Their labels. */
  ticktext?: string[];
  /** The line at zero. */
  zeroline?: false;
  /** Makes room for labels. */
  automargin?: true;
  /** 10³ rather than 1k. */
  exponentformat?: "power";
  /** The power of ten from which on numbers are written with one. */
  minexponent?: number;
  /** Units or decades a tick, or "D2" for 1, 2 and 5 of each decade. */
  dtick?: number | "D2";
  /** Format of tick labels. */
  tickformat?: "~g";
  /** Font of tick labels. */
  tickfont?: { size: number };
  /** Degrees that tick labels are turned by. */
  tickangle?: number;
  /** Colour of grid lines. */
  gridcolor?: string;
}

/** A line across a panel, or between two points. */
export interface LineShape {
  /** The kind. */
  type: "line";
  /** Axis of x, or "x domain". */
  xref: XName | `${XName} domain`;
  /** Axis of y, or "y domain". */
  yref: YName | `${YName} domain`;
  /** Start. */
  x0: number;
  /** End. */
  x1: number;
  /** Start, in data units also on a log axis. */
  y0: number;
  /** End. */
  y1: number;
  /** Style. */
  line: LineStyle;
  /** Over or under the traces. */
  layer: "above" | "below";
}

/** A text at a place. */
export interface Annotation {
  /** Lines divided by `<br>`. */
  text: string;
  /** Axis of x, or "paper". */
  xref: XName | "paper";
  /** Axis of y, or "paper". */
  yref: YName | "paper";
  /** Place. */
  x: number;
  /** Place; log10 of the value on a log axis. */
  y: number;
  /** Side that stands at `x`. */
  xanchor: "left" | "center" | "right";
  /** Side that stands at `y`. */
  yanchor: "top" | "middle" | "bottom";
  /** Pixels to the right. */
  xshift?: number;
  /** Pixels up. */
  yshift?: number;
  /** Alignment of its lines. */
  align: "left" | "center";
  /** Never an arrow. */
  showarrow: false;
  /** Font. */
  font: { size: number; color?: string };
}

/** A picture in data coordinates. */
export interface LayoutImage {
  /** A data URL. */
  source: string;
  /** Axis of x. */
  xref: "x";
  /** Axis of y. */
  yref: "y";
  /** Left edge. */
  x: number;
  /** Top edge. */
  y: number;
  /** Width. */
  sizex: number;
  /** Height. */
  sizey: number;
  /** Fills the whole place. */
  sizing: "stretch";
  /** Under the traces. */
  layer: "below";
}

/** What the figure says about itself. */
export interface FigureMeta {
  /** What was left out and how the figure was made. */
  notes: string[];
  /** Pixels of height that the legend has; where it needs more, the figure grows. */
  legend: number;
  /** A picture of fixed proportions: the width it is made for, and the pixels of height it loses for each of width. */
  fit?: { width: number; shrink: number };
}

/** Heading, margins, legend, lines and labels. */
export interface Frame {
  /** Title and subtitle. */
  title: {
    text: string;
    subtitle?: { text: string; font: { size: number; color?: string } };
    font: { size: number; weight: number };
    x: number;
    xref: "container";
    xanchor: "left";
    y: number;
    yref: "container";
    yanchor: "top";
    pad: { t: number; l: number };
  };
  /** Pixels. */
  height: number;
  /** Pixels around the plot area. */
  margin: { t: number; r: number; b: number; l: number };
  /** Base font. */
  font: { family: string; size: number };
  /** How the pointer picks points. */
  hovermode: "x unified" | "closest";
  /** Whether there is a legend. */
  showlegend: boolean;
  /** The legend's place. */
  legend?: {
    orientation: "h";
    x: number;
    xanchor: "left";
    xref: "container" | "paper";
    y: number;
    yanchor: "bottom" | "top";
    yref: "container" | "paper";
    traceorder: "normal";
  };
  /** Reference lines and boundaries. */
  shapes?: LineShape[];
  /** Labels. */
  annotations?: Annotation[];
  /** Pictures. */
  images?: LayoutImage[];
  /** What the figure says about itself. */
  meta: FigureMeta;
}

/** The axes: `xaxis`, `yaxis`, `xaxis2`, … */
export type Axes = {
  [axis in `xaxis${AxisNumber}` | `yaxis${AxisNumber}`]?: Axis;
};

/** Everything that is not a trace. */
export type Layout = Frame & Axes;
