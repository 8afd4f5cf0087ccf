/** What a page complains of, and what it asks the network for. */

import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** Keeps what a page says that it should not. */
export class Watch {
  /** Errors and warnings of the console, and what nobody caught. */
  readonly complaints: string[] = [];
  /** Requests beyond the page itself. */
  readonly requests: string[] = [];

  constructor(page: Page) {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        this.complaints.push(message.text());
      }
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("request", (request) => {
      if (!/^(file|data|about|blob):/.test(request.url())) {
        this.requests.push(request.url());
      }
    });
  }
}

/** Runs `body` on a page of its own. */
export async function onPage(
  browser: Browser,
  options: BrowserContextOptions,
  body: (page: Page, watch: Watch) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    await body(page, new Watch(page));
  } finally {
    await context.close();
  }
}

/**
 * Waits until `expression` is true in the page. It asks by a timer: frames, by which Playwright would ask, may
 * cease to come on a busy machine.
 */
export async function holds(page: Page, expression: string): Promise<void> {
  const options = { polling: 100, timeout: 60_000 };
  try {
    await page.waitForFunction(expression, undefined, options);
  } catch (error) {
    throw new Error(`Never true in the page: ${expression}`, { cause: error });
  }
}

/** Waits until `count` figures are drawn. */
export async function drawn(page: Page, count: number): Promise<void> {
  await holds(
    page,
    `document.querySelectorAll('[data-drawn="plot"]').length === ${count}`,
  );
}
