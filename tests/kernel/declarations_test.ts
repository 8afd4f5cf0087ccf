import { assertEquals } from "@std/assert";
import { declarations } from "../../lib/kernel/_declarations.ts";

function names(source: string): string {
  return declarations(source).map(({ kind, name }) => `${kind} ${name}`)
    .join(", ");
}

/** Source and what it declares at its top level. */
const table: readonly (readonly [string, string])[] = [
  ["", ""],
  ["1 + 1", ""],
  ["const a = 1, b = 2;\nlet c", "const a, const b, let c"],
  ["let a: number = 1, b: string[] = [], c;", "let a, let b, let c"],
  [
    "const a = 1\nconst b = 2 // const c = 3\n/* const d */ var e",
    "const a, const b, var e",
  ],
  ["let\n  wide = 1,\n  tall = 2", "let wide, let tall"],
  ["const s = 'const a = 1', t = \"let b\"", "const s, const t"],
  [
    "const t = `a ${f({ x: `const z = 1` })} const y = 2`;\nlet u",
    "const t, let u",
  ],
  [
    "const re = /const w = [/]/g, d = a / b / c\nlet e",
    "const re, const d, let e",
  ],
  [
    "const x = a\n  .map((r) => r)\n  .filter(Boolean)\nlet y",
    "const x, let y",
  ],
  ["const f = (a, b) => {\n  let z = 1;\n};\nlet g", "const f, let g"],
  ["const m = new Map<string, number>();\nlet n", "const m, let n"],
  ["const { x, y: { k }, ...rest } = o", "const x, const k, const rest"],
  ["const [p, , q = 3] = f(a, b), r = 1", "const p, const q, const r"],
  ["const { default: tf } = await import('x')", "const tf"],
  [
    "function f() { const n = 1 }\nasync function* g() {}",
    "function f, function g",
  ],
  [
    "class A extends B { x = 1 }\nexport abstract class C {}",
    "class A, class C",
  ],
  [
    "export const a = 1;\nexport default function f() {}",
    "const a, function f",
  ],
  ["import a, { b as c, type D, e } from 'x'", "import a, import c, import e"],
  [
    'import * as ns from "x"; import type { T } from "y"; import "z"',
    "import ns",
  ],
  ["await import('x'); import.meta", ""],
  ["for (const i of [1]) { const inner = 2; }\nif (x) { let y }", ""],
  ["if (x) {}\nconst after = 1", "const after"],
  ["o.const\no.let = 1", ""],
  ["type T = { const: 1 }; interface I { a: 1 }", ""],
  ["const été = 1, $x = 2, _y = 3", "const été, const $x, const _y"],
  ["const unfinished = `", "const unfinished"],
];

for (const [source, expected] of table) {
  Deno.test(`declarations() of ${JSON.stringify(source)}`, () => {
    assertEquals(names(source), expected);
  });
}
