/**
 * Figures, tables and progress for notebooks, terminals and pages.
 *
 * Every figure is plain plotly JSON with four ways to be shown: interactive where plotly.js runs, as a
 * static SVG where it does not, in words in a terminal.
 *
 * @module
 */

export {
  type Chart,
  type Charted,
  type ChartLine,
  type ChartPanel,
  type ChartReference,
  DenseMatrix,
  type Displayable,
  type FlatMatrix,
  jupyterDisplay,
  type MatrixLike,
  type MimeBundle,
  type RowsColumnsMatrix,
  type SeriesTable,
  type SeriesValue,
  type TableCell,
  type TableData,
  type TensorMatrix,
  type VectorLike,
} from "../core/mod.ts";
export * from "./collapse_plot.ts";
export {
  configureDisplay,
  type DisplaySettings,
  type LibraryMode,
} from "./configure.ts";
export * from "./confusion.ts";
export * from "./curves.ts";
export * from "./display.ts";
export { Figure, type FigureSpec, type PlotlyFigure } from "./figure.ts";
export type { SaveOptions } from "./_save.ts";
export * from "./gram_heatmap.ts";
export {
  currentHost,
  type DisplayOptions,
  type ErrorReport,
  flush,
  type Host,
  type HostEvent,
  MemoryHost,
  useHost,
} from "./host.ts";
export * from "./image_grid.ts";
export {
  type Band,
  type HistoryPlotOptions,
  interplayPlot,
  type InterplayPoint,
  type InterplayReference,
} from "./interplay_plot.ts";
export { displayLibrary } from "./library.ts";
export {
  live,
  type LiveEvent,
  type LiveOptions,
  type LiveRun,
} from "./live.ts";
export type * from "./plotly_json.ts";
export * from "./progress.ts";
export type { DrawableRecord } from "./_result_chart.ts";
export * from "./result_plot.ts";
export * from "./scatter2d.ts";
export * from "./spectrum_plot.ts";
export * from "./table.ts";
export { view, type ViewOptions } from "./view.ts";
