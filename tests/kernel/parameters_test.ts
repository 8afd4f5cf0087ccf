import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { OptionsError } from "../../lib/core/errors.ts";
import { withParameters } from "../../lib/kernel/_parameters.ts";
import { code, markdown, notebookOf } from "./fixtures.ts";

const tagged = code("const epochs = 10, rate: number = 0.1;\nlet name = 'x';", {
  metadata: { tags: ["parameters"] },
});
const notebook = notebookOf(markdown("# A"), tagged, "epochs * rate");

Deno.test("withParameters() puts a cell behind the tagged one, with the words that declared the names", () => {
  const { cells } = withParameters(notebook, {
    epochs: 3,
    name: 'a "b"',
    rate: 1e-3,
  });
  assertEquals(cells.length, 4);
  assertEquals(cells[2], {
    cell_type: "code",
    id: "injected-parameters",
    metadata: { tags: ["injected-parameters"] },
    source:
      '// Parameters\nconst epochs = 3;\nlet name = "a \\"b\\"";\nconst rate = 0.001;',
    execution_count: null,
    outputs: [],
  });
});

Deno.test("withParameters() replaces what an earlier run has injected", () => {
  const once = withParameters(notebook, { epochs: 3 });
  const twice = withParameters(once, { rate: 1 });
  assertEquals(twice.cells.length, 4);
  assertEquals(twice.cells[2]?.source, "// Parameters\nconst rate = 1;");
  assertEquals(twice.cells[2]?.id, "injected-parameters");
});

Deno.test("withParameters() leaves the notebook alone when there are none", () => {
  assertStrictEquals(withParameters(notebook, {}), notebook);
});

Deno.test("withParameters() refuses a name the tagged cell does not declare, and a notebook without such a cell", () => {
  assertThrows(
    () => withParameters(notebook, { epoch: 3 }),
    OptionsError,
    "Cannot set parameters: expected one of epochs, rate, name, received epoch",
  );
  assertThrows(
    () => withParameters(notebookOf("const epochs = 3;"), { epochs: 3 }),
    OptionsError,
    "Cannot set parameters: expected a code cell tagged `parameters`",
  );
});

Deno.test("withParameters() refuses a value of another type than the literal it replaces, and says which was expected", () => {
  const source = `const n = -3, list = [1], deep = { a: 1 };
let on = false;
var word: string = "x";`;
  const typed = notebookOf(
    code(source, { metadata: { tags: ["parameters"] } }),
  );
  const cases: [Record<string, unknown>, string][] = [
    [{ n: "text" }, 'expected a number as `n`, received "text"'],
    [{ n: null }, "expected a number as `n`, received null"],
    [{ list: {} }, "expected a list as `list`, received {}"],
    [{ deep: [1] }, "expected an object as `deep`, received [1]"],
    [{ on: 1 }, "expected true or false as `on`, received 1"],
    [{ word: 5 }, 'expected text as `word`, received 5 (text in JSON is "5")'],
  ];
  for (const [parameters, message] of cases) {
    assertThrows(
      () => withParameters(typed, parameters),
      OptionsError,
      message,
    );
  }
  const right = { n: 1.5, list: [], deep: {}, on: true, word: "" };
  assertEquals(withParameters(typed, right).cells.length, 2);
});

Deno.test("withParameters() takes any value where the default does not say its type", () => {
  const source = `const a: number | null = 3;
const b: unknown = "x";
const c = Deno.cwd();
let d;
const f = (n = 1) => n;`;
  const open = notebookOf(code(source, { metadata: { tags: ["parameters"] } }));
  const parameters = { a: null, b: 1, c: [1], d: "text", f: 1 };
  assertEquals(withParameters(open, parameters).cells.length, 2);
});
