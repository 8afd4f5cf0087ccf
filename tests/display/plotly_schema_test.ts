/**
 * Plotly's own types accept every trace, layout and configuration of this area: a field that plotly does
 * not know, or a value that it does not take, fails the type check of this file.
 */

import type { Config, Data, Layout as PlotlyLayout } from "plotly.js";
import { assertEquals } from "@std/assert";
import type {
  HeatmapTrace,
  Layout,
  PlotlyFigure,
  ScatterTrace,
} from "../../lib/display/mod.ts";
import { gallery } from "./gallery.ts";

interface AsPlotly {
  data: Data[];
  layout: Partial<PlotlyLayout>;
  config: Partial<Config>;
}

function scatterAsPlotly(trace: ScatterTrace): Data {
  return trace;
}

/** Less `text`, of which plotly's types know no rows, though heatmaps have them. */
function heatmapAsPlotly(trace: Omit<HeatmapTrace, "text">): Data {
  return trace;
}

function layoutAsPlotly(layout: Layout): Partial<PlotlyLayout> {
  return layout;
}

function asPlotly({ data, layout, config }: PlotlyFigure): AsPlotly {
  return {
    data: data.map((trace) =>
      trace.type === "heatmap" ? heatmapAsPlotly(trace) : scatterAsPlotly(trace)
    ),
    layout: layoutAsPlotly(layout),
    config,
  };
}

Deno.test("Figure.toJSON() is what plotly's types accept, for every kind of figure", () => {
  for (const [name, figure] of Object.entries(gallery())) {
    const json = figure.toJSON();
    assertEquals(asPlotly(json).data.length, json.data.length, name);
  }
});
