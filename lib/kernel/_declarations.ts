/**
 * The names a cell declares at its top level, read from its source. A scanner, not a parser: it knows
 * comments, strings, templates, regular expressions and brackets, and that is enough for declarations.
 *
 * @module
 */

/** The words that declare a name. */
export type DeclarationKind =
  | "const"
  | "let"
  | "var"
  | "class"
  | "function"
  | "import";

/** One declared name. */
export interface Declaration {
  /** The name. */
  readonly name: string;
  /** What declared it. */
  readonly kind: DeclarationKind;
}

interface Token {
  readonly text: string;
  /** A name or keyword, rather than punctuation or a literal. */
  readonly word: boolean;
  /** Whether a line ends between the token before and this one. */
  readonly fresh: boolean;
  /** How many brackets are open around it. */
  readonly depth: number;
}

const SPACE = /\s+|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/y;
const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const STRING = /"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?/y;
const NUMBER = /\d[\w.]*/y;
const REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const PUNCTUATION = /\.{3}|=>|[=!<>]=+|[^]/uy;
/** After these words a slash opens a regular expression and no line ends a statement. */
const OPERATOR_WORDS = new Set(
  "return typeof instanceof in of new delete void throw case await yield as satisfies"
    .split(" "),
);

function match(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? "";
}

/** The length of the template literal that opens at `at`, with all that is nested in it. */
function templateLength(source: string, at: number): number {
  let i = at + 1;
  while (i < source.length && source[i] !== "`") {
    if (source[i] === "\\") i += 2;
    else if (source.startsWith("${", i)) i += substitutionLength(source, i);
    else i++;
  }
  return i + 1 - at;
}

function substitutionLength(source: string, at: number): number {
  let depth = 0;
  let i = at + 1;
  while (i < source.length) {
    if (source[i] === "`") {
      i += templateLength(source, i);
      continue;
    }
    const skipped = match(STRING, source, i) || match(SPACE, source, i);
    if (source[i] === "{") depth++;
    if (source[i] === "}" && --depth === 0) return i + 1 - at;
    i += skipped.length || 1;
  }
  return i - at;
}

/** Whether an operand has just ended, so that a slash divides. */
function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.word) return !OPERATOR_WORDS.has(token.text);
  return /^[)\]}"'`\d/]/.test(token.text);
}

function nextText(source: string, at: number, before?: Token): string {
  if (source[at] === "`") {
    return source.slice(at, at + templateLength(source, at));
  }
  const literal = match(WORD, source, at) || match(STRING, source, at) ||
    match(NUMBER, source, at);
  if (literal !== "") return literal;
  const expression = endsOperand(before) ? "" : match(REGEXP, source, at);
  return expression || match(PUNCTUATION, source, at);
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  let [at, depth, fresh] = [0, 0, true];
  while (at < source.length) {
    const space = match(SPACE, source, at);
    if (space !== "") {
      fresh ||= space.includes("\n");
      at += space.length;
      continue;
    }
    const text = nextText(source, at, found.at(-1));
    if (/^[)\]}]$/.test(text)) depth--;
    const word = match(WORD, source, at) !== "";
    found.push({ text, word, fresh, depth });
    if (/^[([{]$/.test(text)) depth++;
    at += text.length;
    fresh = false;
  }
  return found;
}

/** Where the bracket that opens at `at` is closed again. */
function closing(list: readonly Token[], at: number): number {
  const depth = list[at]?.depth;
  const end = list.findIndex((each, i) => i > at && each.depth === depth);
  return end < 0 ? list.length : end;
}

/** The names bound by the pattern between two brackets. */
function bound(list: readonly Token[], from: number, to: number): string[] {
  const names: string[] = [];
  for (let i = from + 1; i < to; i++) {
    const [before, token, after] = [list[i - 1], list[i], list[i + 1]];
    const binds = token?.word === true &&
      /^([{[,:]|\.{3})$/.test(before?.text ?? "") &&
      /^[,}\]=]$/.test(after?.text ?? "");
    if (binds) names.push(token.text);
  }
  return names;
}

/** Whether the statement before `list[at]` has ended by a semicolon or by the end of a line. */
function startsStatement(list: readonly Token[], at: number): boolean {
  const [before, token] = [list[at - 1], list[at]];
  if (before === undefined || token === undefined) return true;
  if (/^[;}]$/.test(before.text)) return true;
  if (before.word && /^(export|default|declare)$/.test(before.text)) {
    return true;
  }
  return token.fresh && token.word && endsOperand(before);
}

/** The place of the comma that follows a declarator, or `undefined` if it is the last. */
function nextComma(list: readonly Token[], from: number): number | undefined {
  const depth = list[from]?.depth ?? 0;
  for (let i = from + 1; i < list.length; i++) {
    const token = list[i];
    if (token === undefined || token.depth > depth) continue;
    if (token.depth < depth || token.text === ";") return undefined;
    if (startsStatement(list, i) && token.fresh) return undefined;
    if (token.text === ",") return i;
  }
  return undefined;
}

/** The names of `const a = 1, { b } = c`, where `at` is the place of `const`. */
function declared(list: readonly Token[], at: number): string[] {
  const first = list[at + 1];
  if (first === undefined) return [];
  if (first.text === "{" || first.text === "[") {
    const end = closing(list, at + 1);
    const comma = nextComma(list, end);
    const more = comma === undefined ? [] : declared(list, comma);
    return [...bound(list, at + 1, end), ...more];
  }
  // In `new Map<string, number>()` a comma is followed by a word too, but by no declarator.
  const after = list[at + 2];
  const declarator = first.word &&
    (after === undefined || after.fresh || /^[=:,;!]$/.test(after.text));
  if (!declarator) return [];
  const comma = nextComma(list, at + 1);
  const more = comma === undefined ? [] : declared(list, comma);
  return [first.text, ...more];
}

/** The names that `import a, { b as c, type D } from "…"` brings, types left out. */
function imported(list: readonly Token[], at: number): string[] {
  const names: string[] = [];
  if (/^(type|\.|\()$/.test(list[at + 1]?.text ?? "")) return names;
  for (let i = at + 1; i < list.length; i++) {
    const [before, token, after] = [list[i - 1], list[i], list[i + 1]];
    if (token === undefined || !token.word && /^["']/.test(token.text)) break;
    const binds = token.word && token.text !== "from" &&
      /^(,|\}|from)$/.test(after?.text ?? "") && before?.text !== "type";
    if (binds) names.push(token.text);
  }
  return names;
}

function named(list: readonly Token[], at: number): string[] {
  const next = list[at + 1]?.text === "*" ? list[at + 2] : list[at + 1];
  return next?.word ? [next.text] : [];
}

function namesAt(
  list: readonly Token[],
  at: number,
): { kind: DeclarationKind; names: string[] } | undefined {
  const text = list[at]?.text;
  switch (text) {
    case "const":
    case "let":
    case "var":
      return { kind: text, names: declared(list, at) };
    case "class":
      return { kind: "class", names: named(list, at) };
    case "function":
      return { kind: "function", names: named(list, at) };
    case "import":
      return { kind: "import", names: imported(list, at) };
  }
  return undefined;
}

/** The names that `source` declares outside all brackets, in order. */
export function declarations(source: string): Declaration[] {
  const list = tokens(source);
  return list.flatMap((token, at) => {
    if (token.depth > 0 || !token.word) return [];
    const before = list[at - 1]?.text ?? "";
    const prefixed = /^(async|abstract)$/.test(before) &&
      startsStatement(list, at - 1);
    if (!prefixed && !startsStatement(list, at)) return [];
    const found = namesAt(list, at);
    return found?.names.map((name) => ({ name, kind: found.kind })) ?? [];
  });
}
