/**
 * Parameters, papermill's way: the cell tagged `parameters` holds the defaults, and a run with other values
 * gets a cell behind it, tagged `injected-parameters`, that declares them again.
 *
 * @see papermill, "Parameterize"
 * @module
 */

import { OptionsError } from "../core/errors.ts";
import { declarations } from "./_declarations.ts";
import type { Cell, CodeCell, Notebook } from "./notebook.ts";

/** The values of a run, by the name of the constant they replace. */
export type Parameters = Readonly<Record<string, unknown>>;

const TAG = "parameters";
const INJECTED = "injected-parameters";

/** Whether the tags of a cell contain `tag`. */
export function hasTag(cell: Cell, tag: string): boolean {
  const { tags } = cell.metadata;
  return Array.isArray(tags) && tags.includes(tag);
}

function fail(expected: string, received: string): never {
  throw new OptionsError(
    `Cannot set parameters: expected ${expected}, received ${received}`,
  );
}

/** The word that declares each parameter in the tagged cell: another word would be a redeclaration. */
function keywords(defaults: CodeCell): Map<string, string> {
  const known = declarations(defaults.source)
    .filter(({ kind }) => kind === "const" || kind === "let" || kind === "var");
  return new Map(known.map(({ name, kind }) => [name, kind]));
}

/** What a literal begins with says which type it has. */
const LITERALS: readonly (readonly [RegExp, string])[] = [
  [/^[-+]?(?:\d|\.\d)/, "a number"],
  [/^["'`]/, "text"],
  [/^(?:true|false)\b/, "true or false"],
  [/^\[/, "a list"],
  [/^\{/, "an object"],
];

/** The type of the default of `name`, if it is a literal and no annotation says that others may stand there. */
function literalType(source: string, name: string): string | undefined {
  const escaped = name.replaceAll("$", "\\$");
  const declarator = new RegExp(
    `(?<![\\w$])${escaped}\\s*(?::(?<annotation>[^=;]+))?=(?![=>])\\s*(?<value>\\S+)`,
  );
  const { annotation = "", value = "" } = declarator.exec(source)?.groups ?? {};
  if (/[|]|\b(?:any|unknown)\b/.test(annotation)) return undefined;
  return LITERALS.find(([start]) => start.test(value))?.[1];
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  const names: Record<string, string> = {
    number: "a number",
    string: "text",
    boolean: "true or false",
  };
  return value === null ? "null" : names[typeof value] ?? "an object";
}

/** A run must not go on for hours with text where the notebook has a number. */
function requireType(source: string, name: string, value: unknown): void {
  const type = literalType(source, name);
  if (type === undefined || type === typeOf(value)) return;
  const received = JSON.stringify(value);
  const hint = type === "text" ? ` (text in JSON is "${received}")` : "";
  fail(`${type} as \`${name}\``, `${received}${hint}`);
}

function injectedSource(defaults: CodeCell, parameters: Parameters): string {
  const known = keywords(defaults);
  const statements = Object.entries(parameters).map(([name, value]) => {
    const keyword = known.get(name) ??
      fail(`one of ${[...known.keys()].join(", ") || "no names"}`, name);
    requireType(defaults.source, name, value);
    return `${keyword} ${name} = ${JSON.stringify(value)};`;
  });
  return ["// Parameters", ...statements].join("\n");
}

function freeId(cells: readonly Cell[]): string {
  let id = INJECTED;
  while (cells.some((cell) => cell.id === id)) id += "-";
  return id;
}

/**
 * The notebook with `parameters` in place of the constants of its tagged cell; the same notebook if there
 * are none.
 *
 * @throws {OptionsError} If no code cell is tagged `parameters`, it declares no constant of that name, or one
 * with a literal of another type.
 */
export function withParameters(
  notebook: Notebook,
  parameters: Parameters,
): Notebook {
  if (Object.keys(parameters).length === 0) return notebook;
  const earlier = notebook.cells.find((cell) => hasTag(cell, INJECTED));
  const cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED));
  const at = cells.findIndex((cell) => hasTag(cell, TAG));
  const defaults = cells[at];
  if (defaults?.cell_type !== "code") {
    return fail(`a code cell tagged \`${TAG}\``, "a notebook without one");
  }
  const injected: CodeCell = {
    cell_type: "code",
    id: earlier?.id ?? freeId(cells),
    metadata: { tags: [INJECTED] },
    source: injectedSource(defaults, parameters),
    execution_count: null,
    outputs: [],
  };
  return { ...notebook, cells: cells.toSpliced(at + 1, 0, injected) };
}
