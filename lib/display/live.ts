/**
 * A run that is seen while it goes on.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { LiveFigure } from "./_live_figure.ts";
import { LiveState } from "./_live_state.ts";
import { cleanText } from "./_text.ts";
import { currentHost } from "./host.ts";
import type { InterplayReference } from "./interplay_plot.ts";
import { type Progress, progress } from "./progress.ts";

/** What a run tells. Steps and epochs are known by their fields, everything else is passed by. */
export interface LiveEvent {
  /** "step" with `step`, `loss` and `steps`; "epoch" with `record`. */
  readonly type: string;
}

/** A run that goes on as its events are read, and keeps a record: what the training functions return. */
export interface LiveRun<E extends LiveEvent, H> extends AsyncIterable<E> {
  /** The record so far. An `outcome` other than "completed" is shown as the reason of the end. */
  readonly history: H;
}

/** Options of {@linkcode live}. */
export interface LiveOptions<E extends LiveEvent = LiveEvent> {
  /** The heading, and the label of the progress bar. */
  readonly title?: string;
  /** Stands for the yardsticks of records that bring none: a MIR alone cannot be judged. */
  readonly reference?: InterplayReference;
  /** Hears every event, as `run` of the training functions does. */
  readonly onEvent?: (event: E) => void;
  /** The clock in milliseconds; for tests. */
  readonly now?: () => number;
}

const optionsSchema = z.strictObject({
  title: z.string().default("Training"),
  reference: z.custom<InterplayReference>((value) => typeof value === "object")
    .optional(),
  onEvent: z.custom<(event: LiveEvent) => void>((f) => typeof f === "function")
    .optional(),
  now: z.custom<() => number>((f) => typeof f === "function").optional(),
});

/** The figure and the bar of one run. */
class Watch {
  readonly #state: LiveState;
  readonly #figure: LiveFigure;
  readonly #title: string;
  readonly #now: () => number;
  #bar: Progress | undefined;

  constructor(
    { title, reference, now }: z.output<typeof optionsSchema>,
  ) {
    // deno-lint-ignore house/no-clock -- rate and time left are about real time
    this.#now = now ?? (() => performance.now());
    this.#title = cleanText(title);
    this.#state = new LiveState(reference);
    this.#figure = new LiveFigure(currentHost(), this.#now);
  }

  see(event: unknown): void {
    const kind = this.#state.take(event);
    if (kind === "other") return;
    this.#figure.offer(() => this.#state.chart(this.#title, ""));
    const { step, steps, words } = this.#state;
    if (kind === "step" && steps !== undefined) {
      this.#bar ??= progress(steps, { label: this.#title, now: this.#now });
    }
    this.#bar?.update(step, words);
  }

  /** Leaves the last state; `reason` says why there is no more to come, if the run has not completed. */
  async end(reason: unknown): Promise<void> {
    const { step, steps } = this.#state;
    const early = reason ?? (step < (steps ?? 0) ? "ended early" : undefined);
    const place = steps === undefined ? "" : ` at step ${step} of ${steps}`;
    const subtitle = early === undefined ? "" : `${wordsOf(early)}${place}`;
    await this.#figure.finish(this.#state.chart(this.#title, subtitle));
    await (early === undefined
      ? this.#bar?.done()
      : this.#bar?.fail(wordsOf(early)));
  }
}

function wordsOf(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason);
  return cleanText(text);
}

/** Why a run that threw nothing is over, or `undefined` if it has completed or does not say. */
function outcomeOf(history: unknown): string | undefined {
  if (typeof history !== "object" || history === null) return undefined;
  if (!("outcome" in history) || history.outcome === "completed") {
    return undefined;
  }
  return history.outcome === "stopped"
    ? "interrupted"
    : String(history.outcome);
}

/**
 * Runs a run to its end and shows it meanwhile: one figure, drawn anew in its place, of entropies, MIR and
 * HDR with their reference lines, accuracy and losses; and one line of progress with rate and time left.
 *
 * The figure is drawn at most twice a second and takes 5 % of the time at most (each drawing is measured), the
 * line at most every 200 ms. A run of any length leaves one figure of under 50 KB: training losses are kept
 * in at most 80 buckets of equally many steps, each by its mean and its range. The last state stays in the
 * notebook, after an interrupt or an error with its reason. In a terminal the line is text, and the figure
 * comes at the end, in words.
 *
 * @param run what a training function returns, before it was read.
 * @param options `title`; `reference`, for runs that compute theirs at the last epoch only; `onEvent`.
 * @returns the history of the run, as its own `run()` does.
 * @throws whatever the run throws; ShapeError for what is no run; OptionsError.
 *
 * @example
 * ```ts
 * import { live, MemoryHost, useHost } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const history = { outcome: "completed", losses: [] as number[] };
 * async function* events() {
 *   for (let step = 1; step <= 20; step++) {
 *     history.losses.push(await Promise.resolve(1 / step));
 *     yield { type: "step", step, steps: 20, loss: 1 / step };
 *   }
 * }
 * const host = new MemoryHost();
 * const restore = useHost(host);
 * const seen = await live({ history, [Symbol.asyncIterator]: events });
 * restore();
 * assertEquals(seen.losses.length, 20);
 * const shown = host.events.filter((event) => event.type === "display");
 * assertEquals(shown.length, 3); // plotly.js, the figure and the line
 * ```
 */
export async function live<E extends LiveEvent, H>(
  run: LiveRun<E, H>,
  options: LiveOptions<E> = {},
): Promise<H> {
  const check = new Check("show the run");
  const settings = check.options(optionsSchema, options);
  if (typeof run?.[Symbol.asyncIterator] !== "function") {
    check.fail(ShapeError, "a run whose events can be read", typeof run);
  }
  const watch = new Watch(settings);
  try {
    for await (const event of run) {
      watch.see(event);
      options.onEvent?.(event);
    }
  } catch (error) {
    await watch.end(error);
    throw error;
  }
  await watch.end(outcomeOf(run.history));
  return run.history;
}
