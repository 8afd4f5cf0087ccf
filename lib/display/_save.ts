/**
 * Figures as files.
 *
 * @module
 */

import * as path from "@std/path";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { writeWhole } from "../core/whole_file.ts";
import { savePng } from "./_chromium.ts";
import type { Figure } from "./figure.ts";
import { figureBlock, pageHtml } from "./page.ts";

/** How a figure is saved. */
export interface SaveOptions {
  /** For PNG: pixels a pixel of the figure, which is 640 wide; 2 if left out. */
  readonly scale?: number;
  /** For PNG: for a white or a dark page; `"light"` if left out. */
  readonly theme?: "light" | "dark";
}

const schema = z.strictObject({
  scale: z.number().min(0.5).max(8).default(2),
  theme: z.enum(["light", "dark"]).default("light"),
});

/** The figure alone on a page, which carries it for `importHtml`. */
function figurePage(figure: Figure): Promise<string> {
  const bundle = figure.bundle();
  return pageHtml({
    title: figure.title,
    lang: "en",
    body: figureBlock(String(bundle["text/html"]), figure.toSvg()),
    data: {
      type: "application/json",
      json: JSON.stringify({ $figure: figure.spec }),
    },
  });
}

/** Writes a figure in the format that the ending of `file` names. */
export async function saveFigure(
  figure: Figure,
  file: string,
  options: SaveOptions,
): Promise<void> {
  const check = new Check("save the figure");
  const settings = check.options(schema, options);
  const ending: string = path.extname(file).toLowerCase();
  switch (ending) {
    case ".svg":
      return await writeWhole(file, figure.toSvg());
    case ".json":
      return await writeWhole(file, `${JSON.stringify(figure, null, 1)}\n`);
    case ".html":
      return await writeWhole(file, await figurePage(figure));
    case ".png": {
      const { height } = figure.toJSON().layout;
      return await savePng(file, { svg: figure.toSvg(), height, ...settings });
    }
  }
  check.fail(OptionsError, "a file ending in .svg, .png, .html or .json", file);
}
