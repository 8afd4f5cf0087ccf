/**
 * A figure that is drawn anew in its place while a run goes on.
 *
 * @module
 */

import type { MimeBundle } from "../core/rich.ts";
import { figureHtml } from "./_html.ts";
import type { PanelChart } from "./_panel_chart.ts";
import { panelFigure } from "./_panels.ts";
import type { Figure } from "./figure.ts";
import type { Host } from "./host.ts";
import { ensureLibrary } from "./library.ts";

/** Milliseconds between two drawings at least. */
const INTERVAL = 500;

/** A drawing is followed by this many times its own duration without one: 5 % of a run are spent on it. */
const REST = 20;

let shown = 0;

/**
 * One display, updated in place. It is drawn at most twice a second, and more seldom where drawing takes
 * long, as measured each time. In a terminal nothing is drawn before the end, and then in words.
 */
export class LiveFigure {
  readonly #host: Host;
  readonly #now: () => number;
  readonly #number = ++shown;
  #displayed = false;
  #due = -Infinity;
  #sending: Promise<void> | undefined;

  constructor(host: Host, now: () => number) {
    this.#host = host;
    this.#now = now;
  }

  /** Draws, unless it is too early or the last drawing has not left yet. */
  offer(chart: () => PanelChart | undefined): void {
    if (!this.#host.rich || this.#sending !== undefined) return;
    const start = this.#now();
    if (start < this.#due) return;
    const drawing = chart();
    if (drawing === undefined) return;
    // A drawing that cannot be sent must not end the run that it shows.
    this.#sending = this.#show(panelFigure(drawing)).catch(() => {})
      .finally(() => this.#sending = undefined);
    const end = this.#now();
    this.#due = end + Math.max(INTERVAL, REST * (end - start));
  }

  /** Draws the last state, whatever the time, and lets it leave. */
  async finish(chart: PanelChart | undefined): Promise<void> {
    await this.#sending;
    if (chart === undefined) return;
    const figure = panelFigure(chart);
    if (this.#host.rich) await this.#show(figure).catch(() => {});
    else this.#host.print(`${figure.toString()}\n`);
  }

  async #show(figure: Figure): Promise<void> {
    const bundle = this.#bundle(figure);
    if (this.#displayed) {
      return await this.#host.update(this.#displayId, bundle);
    }
    this.#displayed = true;
    await ensureLibrary(this.#host);
    await this.#host.display(bundle, { displayId: this.#displayId });
  }

  get #displayId(): string {
    return `interplay-live-${this.#number}`;
  }

  /**
   * The bundle of a figure whose element is numbered by the display, not by how many figures there were: how
   * often a run is drawn depends on the clock, and what a notebook holds in the end must not.
   */
  #bundle(figure: Figure): MimeBundle {
    const { description } = figure;
    const svg = figure.toSvg();
    const json = JSON.stringify(figure.toJSON());
    return {
      "application/vnd.plotly.v1+json": figure.toJSON(),
      "text/html": figureHtml({ svg, description, json, count: -this.#number }),
      "image/svg+xml": svg,
      "text/plain": figure.toString(),
    };
  }
}
