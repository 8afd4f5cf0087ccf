import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  matrixEntropy,
  OptionsError,
  readCsv,
  type ReadCsvOptions,
} from "interplay";
import { FormatError } from "../../lib/core/errors.ts";
import { gzip } from "./local_server.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("readCsv() takes a first record with words for a header, and one of numbers for a row", async () => {
  const table = await readCsv(encode("x,y\n1,2\n3,4\n"));
  assertEquals(table, {
    data: Float64Array.of(1, 2, 3, 4),
    shape: [2, 2],
    dtype: "float64",
    columns: ["x", "y"],
  });
  const { shape, columns } = await readCsv(encode("1,2\n3,4"));
  assertEquals([shape, columns], [[2, 2], ["0", "1"]]);
});

Deno.test("readCsv() believes what it is told about a header", async () => {
  const text = encode("0,1\n5,6\n");
  assertEquals((await readCsv(text, { header: true })).shape, [1, 2]);
  assertEquals((await readCsv(text, { header: false })).shape, [2, 2]);
});

Deno.test("readCsv() reads every way of writing a number", async () => {
  const text = "1, -2.5 ,+3,.5,1e3,2E-2,nan,NaN,inf,-inf,+Inf,Infinity,-0\n";
  const { data } = await readCsv(encode(text));
  assertEquals([...data], [
    1,
    -2.5,
    3,
    0.5,
    1000,
    0.02,
    NaN,
    NaN,
    Infinity,
    -Infinity,
    Infinity,
    Infinity,
    -0,
  ]);
});

Deno.test("readCsv() reads Windows line ends, blank lines, comments, and gzipped text", async () => {
  const text = encode("# written by hand\r\n1,2\r\n\r\n  \n# more\n3,4");
  for (const bytes of [text, await gzip(text)]) {
    assertEquals((await readCsv(bytes)).data, Float64Array.of(1, 2, 3, 4));
  }
});

Deno.test("readCsv() reads quoted fields, with delimiters, quotes and line ends in them", async () => {
  const text = '"x, in m","say ""y""","two\nlines"\n"1",2,3\n4,"5",6\n';
  const { columns, data } = await readCsv(encode(text));
  assertEquals(columns, ["x, in m", 'say "y"', "two\nlines"]);
  assertEquals([...data], [1, 2, 3, 4, 5, 6]);
});

for (
  const [delimiter, text] of [
    [";", "1;2\n3;4\n"],
    ["\t", "1\t2\n3\t4\n"],
    ["whitespace", "  1   2\n\t3 4  \n"],
  ] as const
) {
  Deno.test(`readCsv() splits at ${JSON.stringify(delimiter)}`, async () => {
    const { data, shape } = await readCsv(encode(text), { delimiter });
    assertEquals([[...data], shape], [[1, 2, 3, 4], [2, 2]]);
  });
}

Deno.test("readCsv() takes integer labels as they are, from a column by name or index", async () => {
  const text = encode("a,class,b\n1,0,2\n3,2.0,4\n5,1e0,6\n");
  for (const label of ["class", 1, -2]) {
    const { data, shape, columns, labels, classNames } = await readCsv(text, {
      label,
    });
    assertEquals([...data], [1, 2, 3, 4, 5, 6]);
    assertEquals([shape, columns], [[3, 2], ["a", "b"]]);
    assertEquals(labels, Int32Array.of(0, 2, 1));
    assertEquals(classNames, ["0", "1", "2"]);
  }
});

Deno.test("readCsv() numbers other labels in the order of the alphabet", async () => {
  const { labels, classNames } = await readCsv(
    encode('1,dog\n2,"cat, grey"\n3,dog\n'),
    { label: 1 },
  );
  assertEquals(classNames, ["cat, grey", "dog"]);
  assertEquals(labels, Int32Array.of(1, 0, 1));
  const large = await readCsv(encode("1,1000000\n2,7\n"), { label: 1 });
  assertEquals(large.classNames, ["1000000", "7"]);
});

Deno.test("readCsv() takes the first record for a row when its label alone is a word", async () => {
  const { shape, columns } = await readCsv(encode("1,dog\n"), { label: -1 });
  assertEquals([shape, columns], [[1, 1], ["0"]]);
});

Deno.test("a table of readCsv() is a matrix for the metrics as it is", async () => {
  assertEquals(matrixEntropy(await readCsv(encode("1,0\n0,3\n"))), Math.LN2);
});

Deno.test("readCsv() gives back any numbers, however the pieces of the text are cut", async () => {
  const row = fc.array(fc.double(), { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 300 }),
      async (rows) => {
        const text = rows.map((row) => row.join(",")).join("\n");
        const { data } = await readCsv(encode(text), { header: false });
        assertEquals([...data], rows.flat().map((x) => Number(String(x))));
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("readCsv() keeps letters of several bytes whole between pieces", async () => {
  const names = Array.from({ length: 2000 }, (_, i) => `é${i}`);
  const text = names.map((name, i) => `${i},${name}\n`).join("");
  const { classNames } = await readCsv(encode(text), { label: 1 });
  assertEquals(new Set(classNames), new Set(names));
});

const refused: [string, string, ReadCsvOptions, string][] = [
  [
    "a file without rows",
    "",
    {},
    "expected at least 1 row of numbers, received 0",
  ],
  [
    "a header alone",
    "x,y\n",
    {},
    "expected at least 1 row of numbers, received 0",
  ],
  [
    "a word among numbers",
    "x,y\n1,2\n3,four\n",
    {},
    'expected a number on line 3, column "y", received "four"',
  ],
  [
    "an empty field",
    "1,2\n3,\n",
    {},
    'expected a number on line 2, column "1", received ""',
  ],
  [
    "a hexadecimal number",
    "1,2\n3,0x10\n",
    {},
    'expected a number on line 2, column "1", received "0x10"',
  ],
  ["a short row", "1,2\n\n3\n", {}, "expected 2 fields on line 3, received 1"],
  ["a long row", "1,2\n3,4,5\n", {}, "expected 2 fields on line 2, received 3"],
  [
    "a label column that is not there",
    "x,y\n1,2\n",
    { label: "class" },
    'expected one column "class", received x, y',
  ],
  [
    "a label column that is there twice",
    "x,x\n1,2\n",
    { label: "x" },
    'expected one column "x", received more',
  ],
  [
    "a label column beyond the end",
    "1,2\n",
    { label: 2 },
    "expected a column in [−2, 2) as `label`, received 2",
  ],
  [
    "a quote in the middle of a field",
    'x,y\n1,2"3"\n',
    {},
    'expected well-placed quotes in the record on line 2, received "1,2\\"3\\""',
  ],
  [
    "a quote that does not close",
    'x,y\n1,"2\n3,4\n',
    {},
    'expected a closing quote in the record on line 2, received "1,\\"2\\n3,4\\n"',
  ],
  [
    "a quote that does not close in a long file",
    `1,"2\n${"3,4\n".repeat(600_000)}`,
    {},
    'expected a closing quote in the record on line 1, received "1,\\"2\\n3,4\\n3,4\\n3,4\\n3,4\\n3,4\\n3,4\\n3,4\\n3,4\\n3,4"',
  ],
];

for (const [what, text, options, message] of refused) {
  Deno.test(`readCsv() refuses ${what}`, async () => {
    const error = await assertRejects(
      () => readCsv(encode(text), options),
      FormatError,
    );
    assertEquals(error.message, `Cannot read CSV: ${message}`);
  });
}

Deno.test("readCsv() refuses a delimiter of two characters and an unknown option", async () => {
  const text = encode("1,2\n");
  await assertRejects(() => readCsv(text, { delimiter: "::" }), OptionsError);
  const unknown = { separator: ";" } as ReadCsvOptions;
  await assertRejects(() => readCsv(text, unknown), OptionsError, "separator");
});
