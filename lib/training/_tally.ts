/** Sums of named numbers, for their means. What is not finite does not count. */
export class Tally {
  #sums: Map<string, { sum: number; count: number }>;

  /** Goes on from what was kept of another. */
  constructor(kept: Readonly<Record<string, readonly [number, number]>> = {}) {
    this.#sums = new Map(
      Object.entries(kept).map((
        [name, [sum, count]],
      ) => [name, { sum, count }]),
    );
  }

  /** Adds one of each. */
  add(numbers: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(numbers)) {
      const { sum, count } = this.#sums.get(name) ?? { sum: 0, count: 0 };
      const counts = Number.isFinite(value);
      this.#sums.set(name, {
        sum: counts ? sum + value : sum,
        count: counts ? count + 1 : count,
      });
    }
  }

  /** The means, NaN of nothing. */
  means(): Record<string, number> {
    const means = Array.from(
      this.#sums,
      ([name, { sum, count }]) => [name, sum / count] as const,
    );
    return Object.fromEntries(means);
  }

  /** Forgets all. */
  clear(): void {
    this.#sums.clear();
  }

  /** What the constructor goes on from. */
  kept(): Record<string, [number, number]> {
    const kept = Array.from(
      this.#sums,
      ([name, { sum, count }]) =>
        [name, [sum, count]] as [string, [number, number]],
    );
    return Object.fromEntries(kept);
  }
}
