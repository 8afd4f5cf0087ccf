/**
 * Seeded pseudo-random numbers. Nothing in this library draws from anywhere else, so one seed fixes a
 * run.
 *
 * @module
 */

/** One round of splitmix32: spreads a 32-bit seed over the state of the generator. */
function splitmix32(state: number): number {
  let z = (state + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** FNV-1a over UTF-16 code units: turns the name of a stream into 32 bits. */
function hashName(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  }
  return h >>> 0;
}

/**
 * A seeded generator (xoshiro128** of Blackman and Vigna, 2018; period `2^128 − 1`; not for secrets).
 *
 * Any safe integer is a seed, 0 included. Independent parts of a program should draw from
 * {@linkcode Random.fork named forks}, so that one more draw in one part does not change the others.
 *
 * @example
 * ```ts
 * import { Random } from "interplay";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * assertEquals(new Random(7).uniform(), new Random(7).uniform());
 * assertNotEquals(new Random(7).fork("shuffle").uniform(), new Random(7).fork("noise").uniform());
 * ```
 */
export class Random {
  /** The seed this generator was made from. */
  readonly seed: number;
  #state: Uint32Array;
  #spare: number | undefined;

  /** Starts the generator at `seed`, any safe integer; throws a `RangeError` for anything else. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(
        `Cannot seed the generator: expected a safe integer as \`seed\`, received ${seed}`,
      );
    }
    this.seed = seed;
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32) >>> 0;
    this.#state = new Uint32Array(4);
    let s = splitmix32(low) ^ splitmix32(high ^ 0x5bd1e995);
    for (let i = 0; i < 4; i++) this.#state[i] = s = splitmix32(s);
  }

  /** 32 random bits as an unsigned integer. */
  bits(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const m = Math.imul(s[1], 5);
    const result = Math.imul((m << 7) | (m >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** A number in `[0, 1)` with 53 random bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A standard normal number (Box and Muller, 1958). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** An integer in `[0, bound)`, without modulo bias; `bound` is at least 1 and at most `2^32`. */
  integer(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let draw = this.bits();
    while (draw >= limit) draw = this.bits();
    return draw % bound;
  }

  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(
    values: T,
  ): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
    return values;
  }

  /** The integers `0 … n − 1` in random order. */
  permutation(n: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  }

  /** `n` standard normal numbers. */
  normals(n: number): Float64Array {
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) out[i] = this.normal();
    return out;
  }

  /**
   * A generator for the stream called `name`, fixed by the seed and the name alone: it does not matter
   * how much has been drawn from this one.
   */
  fork(name: string | number): Random {
    const hash = hashName(String(name));
    const low = splitmix32((this.seed ^ hash) >>> 0);
    const high = splitmix32(
      (Math.floor(this.seed / 2 ** 32) ^ Math.imul(hash, 0x85ebca6b)) >>> 0,
    );
    return new Random((high & 0x1fffff) * 2 ** 32 + low);
  }
}
