/**
 * A line chart in words.
 *
 * @module
 */

import { formatNumber } from "../core/table.ts";
import type { PanelChart, PanelSeries } from "./_panel_chart.ts";
import { extent } from "./_series.ts";

/** Lines of a summary at most. */
const LINES = 24;

/** `name: 20 values, 0.1 → 0.9, from 0.1 to 0.95`. */
function seriesSummary(series: PanelSeries): string {
  const finite = series.y.filter((v) => Number.isFinite(v));
  const range = extent(finite);
  if (range === undefined) return `${series.name}: no finite value`;
  const [first, last, low, high] = [finite[0], finite.at(-1), ...range]
    .map((v) => formatNumber(v ?? NaN));
  const gaps = series.y.length - finite.length;
  return `${series.name}: ${finite.length} values, first ${first}, last ${last}, min ${low}, max ${high}${
    gaps === 0 ? "" : `, ${gaps} gaps`
  }`;
}

/** Lines for plain text: every series and reference, the first 24 of many. */
export function summaryOf(chart: PanelChart): string[] {
  const lines = chart.panels.flatMap((panel) => [
    ...panel.series.map(seriesSummary),
    ...(panel.references ?? []).map((r) =>
      `reference: ${r.label} ${formatNumber(r.value)}`
    ),
  ]);
  const rest = lines.length - LINES;
  return [
    `x: ${chart.x.title}`,
    ...lines.slice(0, LINES),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
}

/** A sentence for who does not see the chart. */
export function describe(chart: PanelChart): string {
  const lines = chart.panels.flatMap((panel) => panel.series).map((series) => {
    const finite = series.y.filter((v) => Number.isFinite(v));
    const [first, last] = [finite[0], finite.at(-1)]
      .map((v) => formatNumber(v ?? NaN));
    return `${series.name} from ${first} to ${last}`;
  });
  const named = lines.slice(0, 6).join("; ");
  const rest = lines.length > 6 ? `; and ${lines.length - 6} more` : "";
  return `Line chart: ${chart.title}. Over ${chart.x.title}: ${named}${rest}.`;
}
