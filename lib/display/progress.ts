/**
 * How far a run is: one line, updated in place.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import type { MimeBundle } from "../core/rich.ts";
import { escapeHtml, formatNumber } from "../core/table.ts";
import { cleanText } from "./_text.ts";
import { showsDurations } from "./configure.ts";
import { currentHost, type Host } from "./host.ts";

/** Options of {@linkcode progress}. */
export interface ProgressOptions {
  /** What is under way. */
  readonly label?: string;
  /** The clock in milliseconds; for tests. */
  readonly now?: () => number;
}

/** A bar that is under way. After `done` or `fail` it changes no more. */
export interface Progress {
  /** Says that `n` of the total are done (not: `n` more), with a word about it. */
  update(n: number, note?: string): void;
  /** Says that all is done. Await it at the end of a notebook cell. */
  done(): Promise<void>;
  /** Says why it stopped before the end; the bar stays as it is, with the reason. */
  fail(reason: unknown): Promise<void>;
  /** `using bar = progress(…)`: a block that is left before `done` leaves the bar as stopped. */
  [Symbol.dispose](): void;
}

const optionsSchema = z.strictObject({
  label: z.string().default(""),
  now: z.custom<() => number>((value) => typeof value === "function")
    .optional(),
});

/** Milliseconds between two updates at least: faster than the eye needs, slower than it costs. */
const INTERVAL = 200;

const CELLS = 24;

/** What the bar says now. */
interface State {
  readonly label: string;
  readonly total: number;
  readonly n: number;
  readonly note: string;
  readonly milliseconds: number;
  readonly ending?: "done" | { readonly reason: string };
}

/** Minutes and seconds: "2:05"; with hours "1:02:05". */
function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [s, m, h] = [
    seconds % 60,
    Math.floor(seconds / 60) % 60,
    Math.floor(seconds / 3600),
  ];
  const tail = `${String(m).padStart(h > 0 ? 2 : 1, "0")}:${
    String(s).padStart(2, "0")
  }`;
  return h > 0 ? `${h}:${tail}` : tail;
}

function rate(state: State): string {
  const perSecond = state.n / (state.milliseconds / 1000);
  const figure = perSecond >= 100
    ? perSecond.toFixed(0)
    : perSecond.toPrecision(3);
  return `${Number(figure)}/s`;
}

function timing(state: State): string[] {
  if (state.ending !== undefined) {
    return showsDurations() ? [`in ${duration(state.milliseconds)}`] : [];
  }
  if (state.n <= 0 || state.milliseconds <= 0) return [];
  const left = state.milliseconds / state.n * (state.total - state.n);
  return [rate(state), `${duration(left)} left`];
}

function share(state: State): number {
  return Math.min(1, Math.max(0, state.n / state.total));
}

function details(state: State): string {
  const { ending } = state;
  return [
    `${formatNumber(state.n)}/${formatNumber(state.total)}`,
    ...timing(state),
    ...(state.note === "" ? [] : [state.note]),
    ...(typeof ending === "object" ? [`stopped: ${ending.reason}`] : []),
  ].join(" · ");
}

function percent(state: State): string {
  return `${Math.floor(100 * share(state) + 1e-9)} %`.padStart(5);
}

function textLine(state: State): string {
  const full = Math.round(share(state) * CELLS);
  const bar = "━".repeat(full) + "─".repeat(CELLS - full);
  const label = state.label === "" ? "" : `${state.label} `;
  return `${label}${bar} ${percent(state)} ${details(state)}`;
}

function bundleOf(state: State): MimeBundle {
  const label = escapeHtml(state.label);
  const failed = typeof state.ending === "object" ? "color:#d55e00" : "";
  return {
    "text/html":
      `<div role="status" style="font-variant-numeric:tabular-nums">${label} <progress max="${state.total}" value="${
        share(state) * state.total
      }" aria-label="${label || "progress"}"></progress> ${
        percent(state)
      } <span style="${failed}">${escapeHtml(details(state))}</span></div>`,
    "text/plain": textLine(state),
  };
}

/** Where a bar is drawn. */
interface Line {
  /** Draws a state. */
  draw(state: State): void;
  /** Draws the last state and lets it leave. */
  finish(state: State): Promise<void>;
}

let shown = 0;

class RichLine implements Line {
  readonly #host: Host;
  readonly #id = `interplay-progress-${++shown}`;
  #first = true;

  constructor(host: Host) {
    this.#host = host;
  }

  // A progress message that cannot be sent must not end the run that it tells of.
  draw(state: State): void {
    this.#send(state).catch(() => {});
  }

  finish(state: State): Promise<void> {
    return this.#send(state).catch(() => {});
  }

  #send(state: State): Promise<void> {
    const bundle = bundleOf(state);
    if (!this.#first) return this.#host.update(this.#id, bundle);
    this.#first = false;
    return this.#host.display(bundle, { displayId: this.#id });
  }
}

/** A terminal's line, taken back by a carriage return. */
class TerminalLine implements Line {
  readonly #host: Host;
  #width = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  draw(state: State): void {
    const line = textLine(state);
    this.#host.print(`\r${line.padEnd(this.#width)}`);
    this.#width = line.length;
  }

  finish(state: State): Promise<void> {
    this.draw(state);
    this.#host.print("\n");
    return Promise.resolve();
  }
}

/** A log: a line for every tenth of the way, because nothing there can be taken back. */
class LogLine implements Line {
  readonly #host: Host;
  #tenth = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  draw(state: State): void {
    const tenth = Math.floor(10 * share(state) + 1e-9);
    // The end has a line of its own.
    if (tenth <= this.#tenth || tenth >= 10) return;
    this.#tenth = tenth;
    this.#host.print(`${textLine(state)}\n`);
  }

  finish(state: State): Promise<void> {
    this.#host.print(`${textLine(state)}\n`);
    return Promise.resolve();
  }
}

function lineOn(host: Host): Line {
  if (host.rich) return new RichLine(host);
  return host.rewritesLines ? new TerminalLine(host) : new LogLine(host);
}

function reasonOf(reason: unknown): string {
  return cleanText(reason instanceof Error ? reason.message : String(reason));
}

class Bar implements Progress {
  readonly #line = lineOn(currentHost());
  readonly #total: number;
  readonly #label: string;
  readonly #now: () => number;
  readonly #start: number;
  #n = 0;
  #note = "";
  #drawn: number;
  #over = false;

  constructor(total: number, label: string, now: () => number) {
    this.#total = total;
    this.#label = label;
    this.#now = now;
    this.#start = now();
    this.#drawn = this.#start;
    this.#line.draw(this.#state());
  }

  update(n: number, note = ""): void {
    if (this.#over) return;
    this.#n = n;
    this.#note = cleanText(note);
    const time = this.#now();
    if (time - this.#drawn < INTERVAL) return;
    this.#drawn = time;
    this.#line.draw(this.#state());
  }

  done(): Promise<void> {
    this.#n = this.#total;
    return this.#finish("done");
  }

  fail(reason: unknown): Promise<void> {
    return this.#finish({ reason: reasonOf(reason) });
  }

  [Symbol.dispose](): void {
    // What the bar failed to say is no reason to throw while a block is being left.
    this.fail("left before the end").catch(() => {});
  }

  #state(): State {
    return {
      label: this.#label,
      total: this.#total,
      n: this.#n,
      note: this.#note,
      milliseconds: this.#now() - this.#start,
    };
  }

  async #finish(ending: NonNullable<State["ending"]>): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#line.finish({ ...this.#state(), ending });
  }
}

/**
 * A progress bar: rate, time left, one line updated in place at most every 200 ms and at the end.
 *
 * In a notebook it is one output that changes; in a terminal one line; in a log a line for each tenth
 * of the way. Left by an error or an interrupt, it stays with the reason. Its last line says how long it
 * took, unless `configureDisplay` or the environment leave durations out.
 *
 * @param total how much there is to do, a positive number.
 * @param options `label`; `now`, a clock in milliseconds.
 * @returns `update(n, note?)`, `done()`, `fail(reason)`.
 * @throws OptionsError for a total that is not positive.
 *
 * @example
 * ```ts
 * import { MemoryHost, progress, useHost } from "interplay/display";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const host = new MemoryHost({ rich: false });
 * const restore = useHost(host);
 * const bar = progress(10, { label: "training" });
 * for (let epoch = 1; epoch <= 10; epoch++) bar.update(epoch, `loss ${1 / epoch}`);
 * await bar.done();
 * restore();
 * assertStringIncludes(host.text, "100 % 10/10");
 * ```
 */
export function progress(
  total: number,
  options: ProgressOptions = {},
): Progress {
  const check = new Check("show progress");
  const { label, now } = check.options(optionsSchema, options);
  if (!(total > 0) || !Number.isFinite(total)) {
    check.fail(OptionsError, "a positive number as `total`", total);
  }
  // deno-lint-ignore house/no-clock -- rate and time left are about real time
  const clock = now ?? (() => performance.now());
  return new Bar(total, cleanText(label), clock);
}
