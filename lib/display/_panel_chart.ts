/**
 * What a line chart is made of.
 *
 * @module
 */

import type { Points } from "./_series.ts";
import type { LineStyle } from "./plotly_json.ts";

/** A horizontal line at a known value. */
export interface PanelReference {
  /** Where. */
  readonly value: number;
  /** What it is; the value is added. */
  readonly label: string;
  /** Dash pattern, "dash" if left out. */
  readonly dash?: NonNullable<LineStyle["dash"]>;
}

/** One line of a panel. */
export interface PanelSeries extends Points {
  /** Name in legend, hover and summary. */
  readonly name: string;
  /** Lower and upper edge of a band around the line. */
  readonly band?: {
    readonly low: Float64Array;
    readonly high: Float64Array;
    /** What it is; "mean ± sd" if left out. */
    readonly meaning?: string;
  };
  /** `#rrggbb`; the palette decides if left out. */
  readonly color?: string;
  /** Dash pattern. */
  readonly dash?: NonNullable<LineStyle["dash"]>;
}

/** One panel. */
export interface Panel {
  /** Title of its vertical axis. */
  readonly title: string;
  /** Log scale. */
  readonly log?: boolean;
  /** A fixed window, in data units. */
  readonly range?: readonly [number, number] | undefined;
  /** Lines. */
  readonly series: readonly PanelSeries[];
  /** Pixels; only where there are several panels. */
  readonly height?: number;
  /** Reference lines. */
  readonly references?: readonly PanelReference[];
}

/** A whole chart. */
export interface PanelChart {
  /** The heading. */
  readonly title: string;
  /** Smaller lines under it. */
  readonly subtitle?: string | undefined;
  /** For who does not see it. */
  readonly description?: string | undefined;
  /** Lines under the plot. */
  readonly notes?: readonly string[];
  /** The shared horizontal axis. */
  readonly x: { readonly title: string; readonly log?: boolean };
  /** From top to bottom. */
  readonly panels: readonly Panel[];
  /** Whether lines are named at their right end or in a legend below. */
  readonly naming: "direct" | "legend";
}
