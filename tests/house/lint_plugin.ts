/**
 * House rules that `deno lint` applies to lib/ (deno.json names this file). Where a clock or fresh
 * randomness is the point, the line before says so:
 * `// deno-lint-ignore house/no-clock -- <why>`.
 */

const hiddenRandomness = [
  "Math.random",
  "crypto.getRandomValues",
  "crypto.randomUUID",
];
const clocks = ["Date.now", "performance.now", "Temporal.Now"];

/** The name as written: `Math.random`, `globalThis.Math["random"]`. */
function nameOf(node: Deno.lint.MemberExpression): string {
  const { object, property } = node;
  const owner = object.type === "MemberExpression" ? object.property : object;
  const part = (item: Deno.lint.Node) => {
    if (item.type === "Identifier") return item.name;
    return item.type === "Literal" ? String(item.value) : "";
  };
  return `${part(owner)}.${part(property)}`;
}

function inLibrary(context: Deno.lint.RuleContext): boolean {
  return /(^|[/\\])lib[/\\]/.test(context.filename);
}

const hint = "Where it is the point, say why on the line before: " +
  "// deno-lint-ignore house/<rule> -- <why> (deno-lint-ignore-file for a whole file)";

function forbid(
  names: readonly string[],
  message: string,
): Deno.lint.Rule {
  return {
    create(context) {
      if (!inLibrary(context)) return {};
      return {
        MemberExpression(node) {
          if (names.includes(nameOf(node))) {
            context.report({ node, message, hint });
          }
        },
      };
    },
  };
}

const clock = "A result must not depend on when it is computed";

const noClock: Deno.lint.Rule = {
  create(context) {
    if (!inLibrary(context)) return {};
    const report = (node: Deno.lint.NewExpression | Deno.lint.CallExpression) =>
      context.report({ node, message: clock, hint });
    return {
      ...forbid(clocks, clock).create(context),
      'NewExpression[callee.name="Date"]': report,
      'CallExpression[callee.name="Date"]': report,
    };
  },
};

/** The rules `house/no-hidden-randomness` and `house/no-clock`. */
const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "no-hidden-randomness": forbid(
      hiddenRandomness,
      "A result must follow from its seed: draw from Random of lib/core",
    ),
    "no-clock": noClock,
  },
};

export default plugin;
