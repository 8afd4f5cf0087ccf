/** Chromium for tests that look at a page. */

import type { Browser } from "playwright-core";
import { isMissing } from "./fixtures.ts";

const executablePath = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** Whether the tests that need a browser must be left out. */
export const noBrowser: boolean = isMissing(executablePath);

/** Starts Chromium, closed when disposed. */
export async function launch(): Promise<Browser & AsyncDisposable> {
  // Loading playwright looks into /proc for WSL, which Deno allows to nobody but --allow-all; this
  // variable, made for the tests of the package that looks, puts it off.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
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
