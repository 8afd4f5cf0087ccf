import type { ExperimentEvent } from "./event.ts";
import type { ExperimentShape, Result } from "./result.ts";

/** What {@linkcode ExperimentRun} is made of. */
export interface RunParts<S extends ExperimentShape> {
  /** The configuration, complete. */
  readonly config: S["config"];
  /** Its seed. */
  readonly seed: number;
  /** All events, the last one the result. */
  readonly events: AsyncGenerator<ExperimentEvent<S>, void>;
  /** What there is now, once the run has begun. */
  readonly look: () => Result<S> | undefined;
}

/**
 * A run of an experiment. It begins when it is awaited or iterated, and not before:
 *
 * - `const result = await run` goes to the end;
 * - `for await (const event of run)` tells what happens; leaving the loop stops the run, and `await run`
 *   then hands over what there is.
 *
 * It goes once: awaiting it again gives the same result.
 *
 * Since it can be awaited, an async function that returns a run returns its result.
 */
export class ExperimentRun<S extends ExperimentShape = ExperimentShape>
  implements AsyncIterable<ExperimentEvent<S>>, PromiseLike<Result<S>> {
  /** The configuration, complete. */
  readonly config: S["config"];
  /** Fixes initial weights and the order of the samples. */
  readonly seed: number;
  readonly #events: AsyncGenerator<ExperimentEvent<S>, void>;
  readonly #look: () => Result<S> | undefined;
  readonly #ended = Promise.withResolvers<Result<S>>();
  #begun = false;

  /** Stands for a run that has not begun; experiments make them. */
  constructor({ config, seed, events, look }: RunParts<S>) {
    this.config = config;
    this.seed = seed;
    this.#look = look;
    this.#events = this.#read(events);
    this.#ended.promise.catch(() => {}); // whoever reads the events has heard of the error
  }

  /** What has been found so far; `undefined` before the data are there. */
  get result(): Result<S> | undefined {
    return this.#look();
  }

  /** The same, for `live`; there once the first event has come. */
  get history(): Result<S> {
    const result = this.#look();
    if (result !== undefined) return result;
    throw new Error(
      "Cannot show the run: expected one that has begun, received one that has not",
    );
  }

  /** The events that are still to come. */
  [Symbol.asyncIterator](): AsyncGenerator<ExperimentEvent<S>, void> {
    this.#begun = true;
    return this.#events;
  }

  /** Runs to the end, unless somebody else reads the events; then waits for that. */
  then<A = Result<S>, B = never>(
    onFulfilled?: ((result: Result<S>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (!this.#begun) this.#drain();
    return this.#ended.promise.then(onFulfilled, onRejected);
  }

  async #drain(): Promise<void> {
    try {
      for await (const _ of this);
    } catch {
      // `#ended` carries the error
    }
  }

  async *#read(
    events: AsyncGenerator<ExperimentEvent<S>, void>,
  ): AsyncGenerator<ExperimentEvent<S>, void> {
    try {
      yield* events;
    } catch (error) {
      this.#ended.reject(error);
      throw error;
    } finally {
      const result = this.#look();
      if (result !== undefined) this.#ended.resolve(result);
      this.#ended.reject(
        new Error(
          "Cannot hand over a result: expected a run, received a stop before its data were there",
        ),
      );
    }
  }
}
