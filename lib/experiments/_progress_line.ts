import type { JobsProgress } from "./_jobs.ts";

/** Where the line goes. */
export interface ProgressOutput {
  /** Whether a carriage return takes the cursor back. */
  readonly rewrites: boolean;
  /** Writes text as it is. */
  write(text: string): void;
}

/** The terminal, or whatever log takes its place: standard error, so that results can be piped. */
export const standardError: ProgressOutput = {
  get rewrites(): boolean {
    return Deno.stderr.isTerminal();
  },
  write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) {
      at += Deno.stderr.writeSync(bytes.subarray(at));
    }
  },
};

function minutes(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [m, s] = [Math.floor(whole / 60), whole % 60];
  return `${m}:${String(s).padStart(2, "0")}`;
}

/**
 * All runs in one line: "trainingDynamics: seed 1 42 %, seed 2 17 %, 1:35 left". In a log, where nothing can be
 * taken back, a line for each tenth of the whole.
 */
export class ProgressLine {
  readonly #output: ProgressOutput;
  readonly #title: string;
  readonly #names: readonly string[];
  readonly #now: () => number;
  readonly #start: number;
  #last = "";
  #tenth = 0;

  /** `names` are those of the runs, in their order. */
  constructor(
    { output, title, names, now }: {
      output: ProgressOutput;
      title: string;
      names: readonly string[];
      /** A clock in milliseconds; for tests. */
      now?: () => number;
    },
  ) {
    this.#output = output;
    this.#title = title;
    this.#names = names;
    // deno-lint-ignore house/no-clock -- the time left is about real time
    this.#now = now ?? (() => performance.now());
    this.#start = this.#now();
  }

  /** Tells of progress, if there is something new to tell. */
  show({ shares }: JobsProgress): void {
    const whole = shares.reduce((a, b) => a + b, 0) / shares.length;
    const each = shares.map((share, i) =>
      `${this.#names[i]} ${Math.floor(100 * share + 1e-9)} %`
    );
    const line = `${this.#title}: ${each.join(", ")}`;
    if (line === this.#last) return;
    this.#last = line;
    const seconds = (this.#now() - this.#start) / 1000;
    const left = whole > 0 ? seconds / whole * (1 - whole) : NaN;
    const end = Number.isNaN(left) ? "" : `, ${minutes(left)} left`;
    this.#write(`${line}${end}`, whole);
  }

  /** Ends the line. */
  close(): void {
    if (this.#output.rewrites && this.#last !== "") this.#output.write("\n");
    this.#last = "";
  }

  #write(line: string, whole: number): void {
    if (this.#output.rewrites) return this.#output.write(`\r${line}\x1b[K`);
    const tenth = Math.floor(10 * whole + 1e-9);
    if (tenth <= this.#tenth) return;
    this.#tenth = tenth;
    this.#output.write(`${line}\n`);
  }
}
