import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  DenseMatrix,
  displayable,
  escapeHtml,
  formatNumber,
  jupyterDisplay,
  Random,
  renderTable,
} from "interplay";

Deno.test("Random draws the sequence of its seed, for any safe integer", () => {
  for (
    const seed of [
      0,
      1,
      -1,
      2 ** 32,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ]
  ) {
    const draw = () => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => random.bits());
    };
    assertEquals(draw(), draw());
  }
  const first = [0, 1, -1, 2 ** 32, 2 ** 33].map((seed) =>
    new Random(seed).bits()
  );
  assertEquals(new Set(first).size, first.length);
});

Deno.test("Random refuses a seed that is not a safe integer", () => {
  for (const seed of [0.5, NaN, 2 ** 53]) {
    assertThrows(() => new Random(seed), RangeError, `received ${seed}`);
  }
});

Deno.test("Random.uniform() and Random.normal() have the moments they should", () => {
  const random = new Random(1);
  const n = 100_000;
  const uniform = Array.from({ length: n }, () => random.uniform());
  const normal = random.normals(n);
  const mean = (xs: ArrayLike<number>) =>
    Array.from(xs).reduce((a, b) => a + b, 0) / n;
  // Five standard errors.
  assertAlmostEquals(mean(uniform), 0.5, 5 * Math.sqrt(1 / 12 / n));
  assertAlmostEquals(mean(normal), 0, 5 / Math.sqrt(n));
  assertAlmostEquals(mean(normal.map((x) => x * x)), 1, 5 * Math.sqrt(2 / n));
  assertAlmostEquals(mean(normal.map((x) => x ** 4)), 3, 5 * Math.sqrt(96 / n));
  assert(uniform.every((x) => x >= 0 && x < 1));
});

Deno.test("Random.integer() is even over its range", () => {
  const random = new Random(2);
  const counts = new Array(7).fill(0);
  for (let i = 0; i < 70_000; i++) counts[random.integer(7)]++;
  counts.forEach((count) => assertAlmostEquals(count, 10_000, 500));
});

Deno.test("Random.permutation() holds every index once", () => {
  const order = new Random(3).permutation(100);
  assertEquals(
    [...order].sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
  assertNotEquals([...order], Array.from({ length: 100 }, (_, i) => i));
});

Deno.test("Random.fork() depends on seed and name, not on what was drawn", () => {
  const parent = new Random(4);
  const before = parent.fork("a").uniform();
  parent.normals(10);
  assertEquals(parent.fork("a").uniform(), before);
  const names = ["a", "b", "", "shuffle 0", "shuffle 1", 0, 1];
  const draws = names.map((name) => new Random(4).fork(name).bits());
  assertEquals(new Set(draws).size, names.length);
  assertNotEquals(
    new Random(5).fork("a").bits(),
    new Random(4).fork("a").bits(),
  );
});

Deno.test("DenseMatrix refuses data that do not fill it", () => {
  assertThrows(
    () => new DenseMatrix(new Float64Array(5), 2, 3),
    RangeError,
    "received 5",
  );
});

Deno.test("formatNumber() gives five digits and says what is not a number", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [0.1 + 0.2, "0.3"],
    [123456.789, "123460"],
    [999999.9, "1e6"],
    [1.23456e-7, "1.2346e-7"],
    [NaN, "–"],
    [-Infinity, "−∞"],
    [Infinity, "∞"],
    [42, "42"],
  ];
  for (const [value, text] of cases) assertEquals(formatNumber(value), text);
});

Deno.test("renderTable() escapes what HTML and Markdown would read", () => {
  const bundle = renderTable({
    columns: ["<b>", "n"],
    rows: [["a|b\n<script>", 1.5], [null, undefined]],
    caption: "x & y",
  }) as Record<string, string>;
  assert(
    !bundle["text/html"]!.includes("<script>") &&
      !bundle["text/html"]!.includes("<b>"),
  );
  assert(bundle["text/html"]!.includes("x &amp; y"));
  assert(bundle["text/markdown"]!.includes("a\\|b <script>"));
  assertEquals(bundle["text/plain"]!.split("\n")[0], "x & y");
  assertEquals(escapeHtml(`<'">&`), "&lt;&#39;&quot;&gt;&amp;");
});

Deno.test("displayable() leaves equality, JSON and spreading alone", () => {
  const record = displayable(
    { a: 1 },
    ({ a }) => ({ "text/plain": String(a) }),
  );
  assertEquals({ ...record }, { a: 1 });
  assertEquals(JSON.stringify(record), '{"a":1}');
  assertEquals(record[jupyterDisplay](), { "text/plain": "1" });
  assertEquals(jupyterDisplay, Symbol.for("Jupyter.display"));
});
