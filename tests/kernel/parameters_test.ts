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
    rate: null,
  });
  assertEquals(cells.length, 4);
  assertEquals(cells[2], {
    cell_type: "code",
    id: "injected-parameters",
    metadata: { tags: ["injected-parameters"] },
    source:
      '// Parameters\nconst epochs = 3;\nlet name = "a \\"b\\"";\nconst rate = null;',
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
