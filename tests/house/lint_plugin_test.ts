import { assertEquals } from "@std/assert";
import plugin from "./lint_plugin.ts";

function findings(source: string, file = "lib/area/file.ts"): string[] {
  return Deno.lint.runPlugin(plugin, file, source).map(({ id }) => id);
}

for (
  const source of [
    "Math.random();",
    'Math["random"]();',
    "globalThis.Math.random();",
    "const draw = Math.random;",
    "crypto.getRandomValues(new Uint8Array(4));",
    "crypto.randomUUID();",
  ]
) {
  Deno.test(`house/no-hidden-randomness rejects ${source}`, () => {
    assertEquals(findings(source), ["house/no-hidden-randomness"]);
  });
}

for (
  const source of [
    "Date.now();",
    "new Date();",
    "new Date(0);",
    "Date();",
    "performance.now();",
    "const clock = performance.now;",
  ]
) {
  Deno.test(`house/no-clock rejects ${source}`, () => {
    assertEquals(findings(source), ["house/no-clock"]);
  });
}

Deno.test("house rules leave comments, strings and other names alone", () => {
  assertEquals(
    findings(`
      // Math.random() and new Date() are not used here.
      const text = "Math.random()";
      const random = { now: () => 0 };
      random.now();
      type When = Date;
    `),
    [],
  );
});

Deno.test("house rules bind lib alone", () => {
  assertEquals(findings("Math.random(); Date.now();", "tests/a_test.ts"), []);
});

Deno.test("deno lint runs the house rules", async () => {
  const config = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertEquals(config.lint.plugins, ["./tests/house/lint_plugin.ts"]);
});
