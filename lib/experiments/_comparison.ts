/** One thing that was compared. */
export interface VerifiedPart {
  /** What: "checksum of test", "trained: mir". */
  readonly what: string;
  /** As the result has it. */
  readonly recorded: string | number;
  /** As it is here and now. */
  readonly found: string | number;
  /** Whether both agree. */
  readonly agrees: boolean;
  /** Whether a difference speaks against the result; another version alone does not. */
  readonly decisive: boolean;
}

/** A comparison under way. */
export class Comparison {
  readonly parts: VerifiedPart[] = [];
  readonly #tolerance: number;

  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  words(
    what: string,
    [recorded, found]: readonly [string, string],
    { decisive = true }: { decisive?: boolean } = {},
  ): void {
    const agrees = recorded === found;
    this.parts.push({ what, recorded, found, agrees, decisive });
  }

  numbers(
    prefix: string,
    recorded: Readonly<Record<string, number>>,
    found: Readonly<Record<string, number>>,
  ): void {
    for (const [name, a] of Object.entries(recorded)) {
      const b = found[name] ?? NaN;
      const close = Math.abs(a - b) <=
        this.#tolerance * Math.max(1, Math.abs(a));
      this.parts.push({
        what: prefix + name,
        recorded: a,
        found: b,
        agrees: close || Object.is(a, b),
        decisive: true,
      });
    }
  }
}
