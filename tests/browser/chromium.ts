/** A headless Chromium for one test file. */

import fs from "node:fs";
import type { Browser } from "playwright-core";

type Playwright = typeof import("playwright-core");

/**
 * Loads playwright-core, which on loading asks for a path below /proc that Deno opens to --allow-all
 * alone: whether this is a Linux on Windows. While it loads, what may not be looked at is not there.
 */
async function loadPlaywright(): Promise<Playwright> {
  const { existsSync } = fs;
  fs.existsSync = (path) => {
    try {
      return existsSync(path);
    } catch {
      return false;
    }
  };
  try {
    return await import("playwright-core");
  } finally {
    fs.existsSync = existsSync;
  }
}

const candidates = [
  Deno.env.get("CHROMIUM"),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Path of the browser: `CHROMIUM` of the environment, else the usual places. */
export const executablePath: string | undefined = candidates.find((path) =>
  path !== undefined && isFile(path)
);

/** Whether tests without a browser are passed over; under CI they fail instead. */
export const withoutBrowser: boolean = executablePath === undefined &&
  Deno.env.get("CI") !== "true";

/** Starts the browser, without any traffic of its own. */
export async function launch(): Promise<Browser> {
  if (executablePath === undefined) {
    throw new Error("No Chromium found; set CHROMIUM to its path");
  }
  const { chromium } = await loadPlaywright();
  return await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
