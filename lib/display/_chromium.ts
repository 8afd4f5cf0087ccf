/**
 * A static picture as PNG, drawn by a browser that is on the machine already.
 *
 * @module
 */

import * as path from "@std/path";
import { BrowserError } from "../core/errors.ts";
import { STATIC_WIDTH } from "./_svg/render.ts";
import { svgImage } from "./page.ts";

/** A picture and how it is drawn. */
export interface Drawing {
  /** The picture, 640 pixels wide. */
  readonly svg: string;
  /** Its height. */
  readonly height: number;
  /** Pixels a pixel of the picture. */
  readonly scale: number;
  /** For a white or a dark page. */
  readonly theme: "light" | "dark";
}

const VARIABLES = ["CHROME", "CHROMIUM"];

/** Names on the path and usual places, Chromium first. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  darwin: ["Chromium", "Google Chrome", "Microsoft Edge"]
    .map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
  windows: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
    "C:\\Program Files\\Chromium\\Application\\chrome.exe",
  ],
};

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
];

/** A picture takes two seconds; a browser that hangs must not hang the program. */
const LIMIT_MS = 30_000;

/** What the environment names, read where reading is allowed already: a question would stop a script. */
function named(): string[] {
  return VARIABLES.flatMap((variable) => {
    const asked = { name: "env", variable } as const;
    if (Deno.permissions.querySync(asked).state !== "granted") return [];
    return Deno.env.get(variable) || [];
  });
}

function candidates(): string[] {
  return [...named(), ...NAMES, ...PLACES[Deno.build.os] ?? []];
}

/** The picture on a page of its own size, which asks no host for anything. */
function pictureHtml({ svg, theme }: Drawing): string {
  const image = svgImage(svg, ' style="display:block"');
  return `<!DOCTYPE html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>:root{color-scheme:${theme}}body{margin:0;overflow:hidden}</style>${image}`;
}

function flags(folder: string, { height, scale }: Drawing): string[] {
  return [
    "--headless",
    // It shows one picture of our own, with no script; in a container or as root the sandbox fails.
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    `--force-device-scale-factor=${scale}`,
    `--window-size=${STATIC_WIDTH},${height}`,
    `--user-data-dir=${path.join(folder, "profile")}`,
    `--screenshot=${path.join(folder, "picture.png")}`,
    path.toFileUrl(path.join(folder, "picture.html")).href,
  ];
}

/** Width and height of a PNG, from its first chunk. */
function sizeOf(bytes: Uint8Array<ArrayBuffer>): string {
  if (bytes.length < 24) return "no picture";
  const view = new DataView(bytes.buffer);
  return `${view.getUint32(16)} × ${view.getUint32(20)} pixels`;
}

/** Why `browser` has not drawn the picture, or `undefined` if it has. */
async function attempt(
  browser: string,
  folder: string,
  drawing: Drawing,
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  try {
    const { code } = await new Deno.Command(browser, {
      args: flags(folder, drawing),
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal,
    }).output();
    if (signal.aborted) return `no picture in ${LIMIT_MS / 1000} s`;
    const drawn = await Deno.readFile(path.join(folder, "picture.png"));
    const { height, scale } = drawing;
    const expected = [STATIC_WIDTH, height].map((n) => Math.round(n * scale));
    const size = sizeOf(drawn);
    if (size === `${expected.join(" × ")} pixels`) return undefined;
    return `drew ${size}, not ${expected.join(" × ")}, exit code ${code}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "not found";
    return error instanceof Error ? error.message : String(error);
  }
}

/** The first browser that draws the picture; its folder then holds `picture.png`. */
async function draw(folder: string, drawing: Drawing): Promise<void> {
  const page = path.join(folder, "picture.html");
  await Deno.writeTextFile(page, pictureHtml(drawing));
  const tried: string[] = [];
  for (const browser of candidates()) {
    const reason = await attempt(browser, folder, drawing);
    if (reason === undefined) return;
    tried.push(`${browser}: ${reason}`);
  }
  throw new BrowserError(
    `Cannot save a PNG: expected Chromium, Chrome or Edge (set CHROME to its path; .svg needs none), received none that draws: ${
      tried.join("; ")
    }`,
    tried,
  );
}

/** Draws a picture and writes it, whole or not at all. */
export async function savePng(file: string, drawing: Drawing): Promise<void> {
  // Beside the file: a browser in a sandbox of its own may see no other folder, and a rename stays in one place.
  const folder: string = await Deno.realPath(
    await Deno.makeTempDir({
      dir: path.dirname(path.resolve(file)),
      prefix: ".interplay-",
    }),
  );
  try {
    await draw(folder, drawing);
    await Deno.rename(path.join(folder, "picture.png"), file);
  } finally {
    // A process of the browser may still write to its profile for a moment.
    await Deno.remove(folder, { recursive: true })
      .catch(() => Deno.remove(folder, { recursive: true }))
      .catch(() => undefined);
  }
}
