import { assertEquals, assertStringIncludes } from "@std/assert";
import { ansiHtml } from "../../lib/kernel/_ansi.ts";
import { codeHtml } from "../../lib/kernel/_code_html.ts";
import { firstHeading, markdownHtml } from "../../lib/kernel/_markdown.ts";
import { mathHtml } from "../../lib/kernel/_math.ts";
import { markdown, notebookOf } from "./fixtures.ts";

/** What a reader sees of a formula: the text, with marks for what stands high, low, over and under. */
function read(tex: string): string {
  return mathHtml(tex)
    .replace(/^<span[^>]*>/, "").replace(/<\/span>$/, "")
    .replaceAll("<sup>", "^(").replaceAll("<sub>", "_(")
    .replaceAll(/<\/su[bp]>/g, ")")
    .replaceAll(/<\/?[ib]>/g, "").replaceAll(/<span[^>]*>|<\/span>/g, "|")
    .replaceAll(/\s+/g, " ");
}

const formulas: readonly (readonly [string, string])[] = [
  ["H(K)", "H(K)"],
  ["\\lambda_i^2", "λ_(i)^(2)"],
  ["x^{n-1}", "x^(n − 1)"],
  ["-x", "−x"],
  ["a-b", "a − b"],
  ["(-1)", "(−1)"],
  ["0 \\le H \\leq \\log n", "0 ≤ H ≤ |log| n"],
  ["a, b", "a, b"],
  ["\\frac{a}{b}", "||a||b||"],
  ["\\sqrt{2}", "√|2|"],
  ["\\hat{Z}", "Z\u0302"],
  ["Z \\in \\mathbb{R}^{n \\times d}", "Z ∈ ℝ^(n × d)"],
  ["\\mathrm{MIR}", "|MIR|"],
  ["\\operatorname{tr}(K)", "|tr|(K)"],
  ["K_1 \\odot K_2", "K_(1) ⊙ K_(2)"],
  ["\\left( a \\right)", "(a)"],
  ["\\{a\\}", "{a}"],
  ["a < b & c", "a &lt; bc"],
  ["\\unknown x", "\\unknownx"],
  ["x'", "x′"],
  ["{", ""],
  ["\\frac", "||||||"],
];

for (const [tex, expected] of formulas) {
  Deno.test(`mathHtml() of ${tex}`, () => assertEquals(read(tex), expected));
}

Deno.test("mathHtml() keeps the source as a title and escapes it", () => {
  assertStringIncludes(mathHtml('a<"b'), 'title="a&lt;&quot;b"');
});

Deno.test("markdownHtml() finds formulas between dollars, and no formula in prices and code", () => {
  assertStringIncludes(markdownHtml("the $x$."), 'class="math"');
  assertStringIncludes(markdownHtml("$$\nx\n$$"), 'class="math display"');
  for (const text of ["5$ and 6$", "`$x$`", "```\n$x$\n```", "$ x $"]) {
    assertEquals(markdownHtml(text).includes('class="math"'), false, text);
  }
  assertStringIncludes(markdownHtml("$a_1 * b$ and $c * d_1$"), "<sub>1</sub>");
});

Deno.test("markdownHtml() shows pictures of the notebook and makes links of those elsewhere", () => {
  const attachments = {
    "a b.png": { "image/png": "aGk=\n" },
    "c.svg": { "image/svg+xml": "<svg/>" },
  };
  assertStringIncludes(
    markdownHtml("![one](attachment:a%20b.png)", attachments),
    '<img src="data:image/png;base64,aGk=" alt="one">',
  );
  assertStringIncludes(
    markdownHtml("![two](attachment:c.svg)", attachments),
    '<img src="data:image/svg+xml;base64,PHN2Zy8+"',
  );
  assertStringIncludes(
    markdownHtml('![a "b"](https://example.org/c.png)'),
    '<a href="https://example.org/c.png">a &quot;b&quot;</a>',
  );
});

Deno.test("ansiHtml() makes classes of colours, escapes the rest and drops other codes", () => {
  assertEquals(
    ansiHtml("{ a: \x1b[33m1\x1b[39m }"),
    '{ a: <span class="ansi-yellow">1</span> }',
  );
  assertEquals(
    ansiHtml("\x1b[1m\x1b[31m<b>\x1b[0m\x1b[2Kx\x1b]0;title\x07y"),
    '<span class="ansi-bold ansi-red">&lt;b&gt;</span>xy',
  );
  assertEquals(
    ansiHtml("\x1b[91;1ma\x1b[22mb\x1b[mc"),
    '<span class="ansi-red ansi-bold">a</span><span class="ansi-red">b</span>c',
  );
  assertEquals(ansiHtml("\x1b[38;5;196ma\x1b[38;2;1;2;3mb"), "ab");
});

Deno.test("codeHtml() marks comments, strings, numbers and keywords, and nothing inside them", () => {
  assertEquals(
    codeHtml("const a = 'if 1'; // new <b>"),
    '<span class="keyword">const</span> a = <span class="string">&#39;if 1&#39;</span>; <span class="comment">// new &lt;b&gt;</span>',
  );
  assertEquals(
    codeHtml("o.new + x1 + 1.5e3"),
    'o.new + x1 + <span class="number">1.5e3</span>',
  );
});

Deno.test("firstHeading() is the first heading of the first level in plain text", () => {
  const notebook = notebookOf(
    "# no heading",
    markdown("text\n\n## second"),
    markdown("# The *first* `<one>` of $N$ #\n\n# Next"),
  );
  assertEquals(firstHeading(notebook), "The first <one> of N");
  assertEquals(firstHeading(notebookOf("1")), undefined);
});
