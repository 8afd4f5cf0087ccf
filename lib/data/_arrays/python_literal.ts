import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";

/** What Python writes: a string, a truth value, a number, a tuple or a list, a dictionary. */
export type Literal =
  | string
  | boolean
  | number
  | Literal[]
  | Map<string, Literal>;

const token =
  /\s*(?:'([^'\\]*)'|"([^"\\]*)"|(True|False)|(\d+)L?|([{}()[\]:,]))/y;

/** Nested deeper than any header of an array. */
const DEEPEST = 16;

/** Reads one literal from its beginning to its end. */
class LiteralParser {
  readonly #check: Check;
  readonly #text: string;
  #at = 0;

  constructor(check: Check, text: string) {
    this.#check = check;
    this.#text = text;
  }

  whole(): Literal {
    const value = this.#value(0);
    const rest = this.#text.slice(this.#at).trim();
    return rest === "" ? value : this.#fail();
  }

  #fail(): never {
    const rest = JSON.stringify(this.#text.slice(this.#at, this.#at + 40));
    this.#check.fail(FormatError, "a header in Python's notation", rest);
  }

  /** What stands next, passed by: a mark, or a value in an array of one. */
  #next(): string | [Literal] {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text);
    if (match === null) this.#fail();
    this.#at = token.lastIndex;
    const [, single, double, truth, digits, mark] = match;
    if (mark !== undefined) return mark;
    if (truth !== undefined) return [truth === "True"];
    return [digits === undefined ? single ?? double ?? "" : Number(digits)];
  }

  #value(depth: number, next = this.#next()): Literal {
    if (depth > DEEPEST) this.#fail();
    if (typeof next !== "string") return next[0];
    if (next === "(") return this.#items(")", depth);
    if (next === "[") return this.#items("]", depth);
    return next === "{" ? this.#entries(depth) : this.#fail();
  }

  #items(end: string, depth: number): Literal[] {
    const items: Literal[] = [];
    for (let next = this.#next(); next !== end;) {
      items.push(this.#value(depth + 1, next));
      next = this.#next();
      if (next === ",") next = this.#next();
      else if (next !== end) this.#fail();
    }
    return items;
  }

  #entries(depth: number): Map<string, Literal> {
    const entries = new Map<string, Literal>();
    for (let next = this.#next(); next !== "}";) {
      const key = this.#value(depth + 1, next);
      if (typeof key !== "string" || entries.has(key)) this.#fail();
      if (this.#next() !== ":") this.#fail();
      entries.set(key, this.#value(depth + 1));
      next = this.#next();
      if (next === ",") next = this.#next();
      else if (next !== "}") this.#fail();
    }
    return entries;
  }
}

/** Reads what `repr` of Python writes, as far as headers of arrays need it. */
export function parseLiteral(check: Check, text: string): Literal {
  return new LiteralParser(check, text).whole();
}
