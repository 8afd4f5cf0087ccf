/**
 * A figure: plotly JSON with a title and a description, and its ways to be shown.
 *
 * @module
 */

import {
  type Displayable,
  jupyterDisplay,
  type MimeBundle,
} from "../core/rich.ts";
import { figureHtml } from "./_html.ts";
import { saveFigure, type SaveOptions } from "./_save.ts";
import { cleanText } from "./_text.ts";
import { renderSvg } from "./_svg/render.ts";
import { currentHost } from "./host.ts";
import { ensureLibrary } from "./library.ts";
import type { Layout, Trace } from "./plotly_json.ts";

/** What a figure is made of. */
export interface FigureSpec {
  /** The heading. */
  readonly title: string;
  /** One or two sentences for who does not see the picture. */
  readonly description: string;
  /** A line a series with its most telling numbers. */
  readonly summary: readonly string[];
  /** What is drawn. */
  readonly data: readonly Trace[];
  /** Where it is drawn. */
  readonly layout: Layout;
}

/** A figure as plotly and its front ends read it. */
export interface PlotlyFigure {
  /** What is drawn. */
  data: readonly Trace[];
  /** Where it is drawn. */
  layout: Layout;
  /** How it behaves. */
  config: {
    /** Follows the width of the page. */
    responsive: true;
    /** No logo. */
    displaylogo: false;
    /** Nothing is ever uploaded. */
    showSendToCloud: false;
    /** Tools that make no sense for these figures. */
    modeBarButtonsToRemove: ("select2d" | "lasso2d" | "autoScale2d")[];
  };
}

/** Figures shown so far: part of the ids in their HTML. */
let shown = 0;

/** Bytes of a bundle in a notebook file, plotly.js aside. */
const SIZE_LIMIT = 49_500;

/**
 * The figure of the first choice (the finest first) whose bundle stays within the limit, else that of
 * the last. `reserved` bytes are left for what is shown beside it.
 */
export function firstThatFits(
  choices: readonly number[],
  make: (choice: number) => Figure,
  reserved = 0,
): Figure {
  const [choice = 0, ...coarser] = choices;
  const figure = make(choice);
  const fits = figure.byteLength + reserved <= SIZE_LIMIT;
  return fits || coarser.length === 0
    ? figure
    : firstThatFits(coarser, make, reserved);
}

/**
 * A picture of data that is pure data until displayed. As the last expression of a notebook cell it
 * shows itself; anywhere else `display(figure)` shows it.
 *
 * A figure keeps its numbers rounded to five digits and stays under 50 KB with all its MIME types
 * (plotly.js, which loads once a notebook, aside).
 *
 * @example
 * ```ts
 * import { curves } from "interplay/display";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const figure = curves({ accuracy: [0.1, 0.7, 0.9] }, { title: "A short run" });
 * assertEquals(figure.toJSON().data[0]?.name, "accuracy");
 * assertStringIncludes(figure.toSvg(), "A short run");
 * assertEquals(Object.keys(figure.bundle()), [
 *   "application/vnd.plotly.v1+json",
 *   "text/html",
 *   "image/svg+xml",
 *   "text/plain",
 * ]);
 * ```
 */
export class Figure implements Displayable {
  /** The heading. */
  readonly title: string;
  /** What a screen reader says. */
  readonly description: string;
  readonly #spec: FigureSpec;
  #svg: string | undefined;

  /** Takes a figure apart no further: the functions of this area make them. */
  constructor(spec: FigureSpec) {
    this.title = cleanText(spec.title);
    this.description = cleanText(spec.description);
    this.#spec = spec;
  }

  /** What was left out or pooled to keep the figure small, and what a reader must know. */
  get notes(): readonly string[] {
    return this.#spec.layout.meta.notes;
  }

  /** What it is made of: `new Figure(figure.spec)` is the same figure. */
  get spec(): FigureSpec {
    return this.#spec;
  }

  /** The figure as plotly JSON: `{ data, layout, config }`. */
  toJSON(): PlotlyFigure {
    return {
      data: this.#spec.data,
      layout: this.#spec.layout,
      config: {
        responsive: true,
        displaylogo: false,
        showSendToCloud: false,
        modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
      },
    };
  }

  /** The figure as a static SVG, 640 pixels wide, for light and dark pages. */
  toSvg(): string {
    this.#svg ??= renderSvg({
      data: this.#spec.data,
      layout: this.#spec.layout,
      title: this.title,
      description: this.description,
    });
    return this.#svg;
  }

  /** The figure in words: its title and a line a series. */
  toString(): string {
    return [this.title, ...this.#spec.summary, ...this.notes].map(cleanText)
      .filter((line) => line !== "").join("\n  ");
  }

  /**
   * Writes the figure to a file, whole or not at all. The ending says how: `.svg`, drawn without a browser;
   * `.json`, plotly JSON for any other tool; `.html`, one page with plotly.js in it (1.5 MB), alive and
   * without a request to any host; `.png`, drawn by the Chromium, Chrome or Edge of this machine: the one
   * that the environment variable `CHROME` or `CHROMIUM` names, else the first in the usual places.
   *
   * Asks for permission to write, for `.png` also to run the browser and to write beside the file.
   *
   * @param file Where to, with one of the four endings.
   * @param options For `.png`: `scale`, `theme`.
   * @throws {OptionsError} For another ending or option.
   * @throws {BrowserError} For `.png` where no browser is there or it fails; it says what was tried.
   *
   * @example
   * ```ts
   * import { curves } from "interplay/display";
   * import { assertStringIncludes } from "@std/assert";
   *
   * const file = await Deno.makeTempFile({ suffix: ".svg" });
   * await curves({ loss: [3, 2, 1] }, { title: "A run" }).save(file);
   * assertStringIncludes(await Deno.readTextFile(file), "<title>A run</title>");
   * await Deno.remove(file);
   * ```
   */
  async save(file: string, options: SaveOptions = {}): Promise<void> {
    await saveFigure(this, file, options);
  }

  /** The four MIME types. Each call gives the HTML a new id, so one page may hold a figure twice. */
  bundle(): MimeBundle {
    return this.#bundle(++shown);
  }

  /** Bytes of the bundle as a notebook file holds it. */
  get byteLength(): number {
    return new TextEncoder().encode(JSON.stringify(this.#bundle(0))).length;
  }

  #bundle(count: number): MimeBundle {
    const svg = this.toSvg();
    return {
      "application/vnd.plotly.v1+json": this.toJSON(),
      "text/html": figureHtml({
        svg,
        description: this.description,
        json: JSON.stringify(this.toJSON()),
        count,
      }),
      "image/svg+xml": svg,
      "text/plain": this.toString(),
    };
  }

  /** Shows plotly.js first if this notebook has not seen it, then answers with the bundle. */
  [jupyterDisplay](): MimeBundle | Promise<MimeBundle> {
    const library = ensureLibrary(currentHost());
    return library === undefined
      ? this.bundle()
      : library.then(() => this.bundle());
  }
}
