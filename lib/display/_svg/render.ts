/**
 * A figure as a static SVG, drawn from the same plotly JSON as the interactive picture. It covers what
 * figures of this library use: scatter and heatmap traces, linear and log axes, panels by axis domains,
 * lines, labels, pictures, a legend below.
 *
 * @module
 */

import { escapeHtml } from "../../core/table.ts";
import { AXIS_NUMBERS } from "../_axes.ts";
import { fingerprint, labelDepth, plainLines, textWidth } from "../_text.ts";
import type {
  Annotation,
  Axes,
  Axis,
  HeatmapTrace,
  Layout,
  LineShape,
  Trace,
  XName,
  YName,
} from "../plotly_json.ts";
import { colorBar } from "./color_bar.ts";
import { legendMarks } from "./legend.ts";
import {
  heatmapMarks,
  imageMarks,
  px,
  scatterMarks,
  scatterTexts,
  stroke,
} from "./marks.ts";
import { Scale, type Tick } from "./scale.ts";

/** Width of every static picture in pixels. */
export const STATIC_WIDTH = 640;

/** What is drawn. */
export interface Picture {
  /** Traces in drawing order. */
  readonly data: readonly Trace[];
  /** Everything else. */
  readonly layout: Layout;
  /** The document's title. */
  readonly title: string;
  /** What a screen reader says. */
  readonly description: string;
}

/** The plot area in pixels. */
interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A pair of axes over pixels. `x` and `y` are their names in plotly ("x2"). */
interface Panel {
  readonly names: { readonly x: XName | YName; readonly y: YName };
  readonly x: Scale;
  readonly y: Scale;
}

const STYLE =
  `text{fill:#222}.b{fill:#fff}.g{stroke:#808080;stroke-opacity:.25;fill:none}.n{fill:#6b6b6b}.k{fill:#111}.w{fill:#fff}` +
  `@media(prefers-color-scheme:dark){text{fill:#e3e3e3}.k{fill:#111}.w{fill:#fff}.b{fill:#16181c}.n{fill:#9a9a9a}}`;

/** The axis that a trace or a label calls "x2". */
function axisOf(layout: Layout, name: XName | YName): Axis | undefined {
  return layout[`${name[0]}axis${name.slice(1)}` as keyof Axes];
}

/** Keeps the units of both axes equal by taking room from the longer side, as plotly does. */
function squared(x: Scale, y: Scale): { x: Scale; y: Scale } {
  const span = (s: Scale) => Math.abs(s.axis.range[1] - s.axis.range[0]);
  const unitX = Math.abs(x.end - x.start) / span(x);
  const unitY = Math.abs(y.end - y.start) / span(y);
  const unit = Math.min(unitX, unitY);
  const shrink = (s: Scale, have: number) => {
    const cut = (s.end - s.start) * (1 - unit / have) / 2;
    return new Scale(s.axis, s.start + cut, s.end - cut);
  };
  return { x: shrink(x, unitX), y: shrink(y, unitY) };
}

function panelsOf(layout: Layout, area: Area): Panel[] {
  const names = AXIS_NUMBERS.map((n): YName => `y${n}`);
  return names.flatMap((name) => {
    const vertical = axisOf(layout, name);
    const partner: XName | YName = vertical?.anchor ?? "x";
    const horizontal = axisOf(layout, partner);
    if (vertical === undefined || horizontal === undefined) return [];
    const along = (share: number) =>
      area.left + share * (area.right - area.left);
    const up = (share: number) =>
      area.bottom - share * (area.bottom - area.top);
    const x = new Scale(horizontal, ...both(horizontal.domain, along));
    const y = new Scale(vertical, ...both(vertical.domain, up));
    const scales = vertical.scaleanchor === undefined
      ? { x, y }
      : squared(x, y);
    return [{ names: { x: partner, y: name }, ...scales }];
  });
}

function both(
  pair: readonly [number, number] | undefined,
  to: (share: number) => number,
): [number, number] {
  return [to(pair?.[0] ?? 0), to(pair?.[1] ?? 1)];
}

/** Lines of text, the first at `y`. */
function textLines(
  text: string,
  at: { x: number; y: number; size: number; attributes?: string },
): string {
  const lines = plainLines(text);
  const step = at.size * 1.3;
  return lines.map((line, i) =>
    `<text x="${px(at.x)}" y="${px(at.y + i * step)}" font-size="${at.size}"${
      at.attributes ?? ""
    }>${escapeHtml(line)}</text>`
  ).join("");
}

function headings(layout: Layout): string {
  const { title } = layout;
  const size = title.font.size;
  const lines = title.text === "" ? 0 : plainLines(title.text).length;
  const heading = textLines(title.text, {
    x: 8,
    y: 8 + size,
    size,
    attributes: ' font-weight="600"',
  });
  if (title.subtitle === undefined) return heading;
  const small = title.subtitle.font.size;
  const count = plainLines(title.subtitle.text).length;
  const middle = 6 + lines * size * 1.3 + 23;
  const subtitle = textLines(title.subtitle.text, {
    x: 8,
    y: middle - 0.65 * small * count + small,
    size: small,
    attributes: ' class="n"',
  });
  return heading + subtitle;
}

const TICK_SIZE = 12;

function verticalTicks(scale: Scale): Tick[] {
  return scale.axis.visible === false ? [] : scale.ticks(38);
}

/** Room for tick labels and the title of the vertical axes, as plotly's automargin takes it. */
function leftMargin(layout: Layout): number {
  const heights = layout.height - layout.margin.t - layout.margin.b;
  let widest = 0;
  for (
    const panel of panelsOf(layout, {
      left: 0,
      right: 1,
      top: 0,
      bottom: heights,
    })
  ) {
    for (const tick of verticalTicks(panel.y)) {
      const titled = panel.y.axis.title === undefined ? 0 : 22;
      widest = Math.max(widest, textWidth(tick.label, TICK_SIZE) + titled);
    }
  }
  return Math.max(layout.margin.l, widest + 14);
}

/** Ticks whose labels do not run into one another. */
function spacedTicks(scale: Scale): Tick[] {
  if (scale.axis.visible === false) return [];
  const ticks = scale.ticks(64);
  if (scale.axis.tickangle !== undefined) return ticks;
  let edge = -Infinity;
  return ticks.filter((tick) => {
    const half = textWidth(tick.label, TICK_SIZE) / 2;
    const at = scale.pixel(tick.value);
    if (at - half < edge + 4) return false;
    edge = at + half;
    return true;
  });
}

function bottomOf(panel: Panel): number {
  return Math.max(panel.y.start, panel.y.end);
}

function bottomLabel(tick: Tick, at: number, panel: Panel): string {
  const angle = panel.x.axis.tickangle ?? 0;
  const bottom = bottomOf(panel);
  const place = angle === 0
    ? `x="${px(at)}" y="${px(bottom + 16)}"`
    : `text-anchor="end" transform="translate(${px(at + 4)} ${
      px(bottom + 12)
    })rotate(${angle})"`;
  return `<text ${place}>${escapeHtml(tick.label)}</text>`;
}

function gridAndTicks(panel: Panel): string {
  const { x, y } = panel;
  let [lines, below, beside] = ["", "", ""];
  for (const tick of spacedTicks(x)) {
    const at = x.pixel(tick.value);
    if (x.axis.showgrid !== false) {
      lines += `M${px(at)} ${px(y.start)}V${px(y.end)}`;
    }
    if (x.axis.showticklabels !== false) below += bottomLabel(tick, at, panel);
  }
  for (const tick of verticalTicks(y)) {
    const at = y.pixel(tick.value);
    if (y.axis.showgrid !== false) {
      lines += `M${px(x.start)} ${px(at)}H${px(x.end)}`;
    }
    beside += `<text x="${px(x.start - 6)}" y="${px(at + 4)}">${
      escapeHtml(tick.label)
    }</text>`;
  }
  const group = (anchor: string, texts: string) =>
    texts === "" ? "" : `<g text-anchor="${anchor}">${texts}</g>`;
  return `<path class="g" d="${lines}"/>${group("middle", below)}${
    group("end", beside)
  }`;
}

function axisTitles(panel: Panel, left: number): string {
  const { x, y } = panel;
  const depth = labelDepth(x.axis.ticktext ?? [], x.axis.tickangle ?? 0);
  const below = x.axis.title === undefined ? "" : textLines(x.axis.title.text, {
    x: (x.start + x.end) / 2,
    y: bottomOf(panel) + depth + 14,
    size: 13,
    attributes: ' text-anchor="middle"',
  });
  if (y.axis.title === undefined) return below;
  const widest = Math.max(
    ...verticalTicks(y).map((t) => textWidth(t.label, TICK_SIZE)),
    0,
  );
  const at = Math.max(14, Math.min(x.start - widest - 16, x.start - left + 24));
  const middle = (y.start + y.end) / 2;
  return below +
    `<text transform="translate(${px(at)} ${
      px(middle)
    })rotate(-90)" font-size="13" text-anchor="middle">${
      escapeHtml(plainLines(y.axis.title.text).join(" "))
    }</text>`;
}

function shapeMarks(shape: LineShape, panel: Panel): string {
  const { x, y } = panel;
  const place = (scale: Scale, ref: string, value: number) =>
    ref.endsWith("domain")
      ? scale.start + value * (scale.end - scale.start)
      : scale.pixel(value);
  const [x0, x1] = [shape.x0, shape.x1].map((v) => place(x, shape.xref, v));
  const [y0, y1] = [shape.y0, shape.y1].map((v) => place(y, shape.yref, v));
  return `<path d="M${px(x0 ?? 0)} ${px(y0 ?? 0)}L${px(x1 ?? 0)} ${
    px(y1 ?? 0)
  }" fill="none" ${stroke(shape.line)}/>`;
}

function annotationMarks(
  note: Annotation,
  panels: readonly Panel[],
  area: Area,
): string {
  const panel = panels.find((p) => p.names.y === note.yref) ?? panels[0];
  const x = note.xref === "paper"
    ? area.left + note.x * (area.right - area.left)
    : panel?.x.place(note.x) ?? 0;
  const y = note.yref === "paper"
    ? area.bottom - note.y * (area.bottom - area.top)
    : panel?.y.place(note.y) ?? 0;
  const size = note.font.size;
  const tall = plainLines(note.text).length * size * 1.3;
  const start = { top: 0, middle: -tall / 2, bottom: -tall }[note.yanchor];
  const anchor =
    { left: "start", center: "middle", right: "end" }[note.xanchor];
  const fill = note.font.color === undefined
    ? ' class="n"'
    : ` style="fill:${note.font.color}"`;
  return textLines(note.text, {
    x: x + (note.xshift ?? 0),
    y: y - (note.yshift ?? 0) + start + size,
    size,
    attributes: `${fill} text-anchor="${anchor}"`,
  });
}

function belongs(shape: LineShape, panel: Panel): boolean {
  return shape.yref.split(" ")[0] === panel.names.y;
}

function panelMarks(picture: Picture, panel: Panel, id: string): string {
  const { x, y } = panel;
  const { shapes = [], images = [] } = picture.layout;
  const box = [
    Math.min(x.start, x.end),
    Math.min(y.start, y.end),
    Math.abs(x.end - x.start),
    Math.abs(y.end - y.start),
  ].map(px);
  const own = shapes.filter((shape) => belongs(shape, panel));
  const lines = (layer: "above" | "below") =>
    own.filter((s) => s.layer === layer).map((s) => shapeMarks(s, panel));
  const here = picture.data.filter((trace) =>
    trace.type === "heatmap" || (trace.yaxis ?? "y") === panel.names.y
  );
  const scatters = here.filter((trace) => trace.type === "scatter");
  const traces = [
    ...here.filter(isHeatmap).map((trace) => heatmapMarks(trace, x, y)),
    scatterMarks(scatters, x, y),
    scatterTexts(scatters, x, y),
  ];
  const pictures = images.map((image) => imageMarks(image, x, y));
  return `<clipPath id="${id}"><rect x="${box[0]}" y="${box[1]}" width="${
    box[2]
  }" height="${box[3]}"/></clipPath><g clip-path="url(#${id})">${
    [...lines("below"), ...pictures, ...traces, ...lines("above")].join("")
  }</g>`;
}

function isHeatmap(trace: Trace): trace is HeatmapTrace {
  return trace.type === "heatmap";
}

/** Draws a figure as SVG. */
export function renderSvg(picture: Picture): string {
  const { layout } = picture;
  const { t, r, b } = layout.margin;
  const area = {
    left: leftMargin(layout),
    right: STATIC_WIDTH - r,
    top: t,
    bottom: layout.height - b,
  };
  const panels = panelsOf(layout, area);
  const id = `i${fingerprint(JSON.stringify(picture))}`;
  const first = panels[0];
  const bars = first === undefined
    ? []
    : picture.data.filter(isHeatmap).map((trace) =>
      colorBar(trace, first, `${id}-s`)
    );
  const size = `width="${STATIC_WIDTH}" height="${layout.height}"`;
  const box = `viewBox="0 0 ${STATIC_WIDTH} ${layout.height}"`;
  const label = escapeHtml(picture.description);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box} role="img" aria-label="${label}" font-family="${layout.font.family}" font-size="${TICK_SIZE}">`,
    `<title>${escapeHtml(picture.title)}</title><style>${STYLE}</style>`,
    `<rect class="b" ${size}/>`,
    headings(layout),
    ...panels.flatMap((panel, i) => [
      gridAndTicks(panel),
      panelMarks(picture, panel, `${id}-${i}`),
      axisTitles(panel, area.left),
    ]),
    ...bars,
    ...(layout.annotations ?? []).map((note) =>
      annotationMarks(note, panels, area)
    ),
    layout.showlegend
      ? legendMarks(picture.data, STATIC_WIDTH, layout.height)
      : "",
    "</svg>",
  ].join("");
}
