/** Those by which a user or a system ends a program, as far as the platform can listen for them. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * The signals that end a program, as an `AbortSignal`: the first asks the runs to stop at their next step, the
 * second ends the program at once.
 */
export class SignalStop implements Disposable {
  readonly #controller = new AbortController();
  readonly #listener = () => {
    if (this.#controller.signal.aborted) Deno.exit(130);
    this.#controller.abort(new DOMException("Interrupted", "AbortError"));
  };

  /** Starts to listen. */
  constructor() {
    for (const name of SIGNALS) Deno.addSignalListener(name, this.#listener);
  }

  /** Aborted when a signal has come. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    for (const name of SIGNALS) {
      Deno.removeSignalListener(name, this.#listener);
    }
  }
}
