import { assertEquals, assertThrows } from "@std/assert";
import { LabelError, OptionsError, Random, ShapeError } from "interplay";
import { recallAtK } from "interplay/metrics";

/** Unit vectors at these angles, in degrees. */
const at = (...degrees: number[]) =>
  degrees.map((x) => [
    Math.cos(x * Math.PI / 180),
    Math.sin(x * Math.PI / 180),
  ]);

Deno.test("recallAtK() counts queries whose own key is among the k nearest", () => {
  const queries = at(0, 90, 180);
  const keys = at(10, 0, 170); // the first two belong to each other's query
  assertEquals(recallAtK(queries, keys), 1 / 3);
  assertEquals(recallAtK(queries, keys, { k: 2 }), 2 / 3);
  assertEquals(recallAtK(queries, keys, { k: 3 }), 1);
  assertEquals(recallAtK(queries, keys, { k: 9 }), 1);
});

Deno.test("recallAtK() with labels seeks any key of the same label, and passes by queries that none has", () => {
  const labels = { queryLabels: [5, 5, 7, 6], keyLabels: [6, 5, 5] };
  const queries = at(0, 80, 45, 0);
  const keys = at(0, 100, -20);
  assertEquals(recallAtK(queries, keys, labels), 2 / 3);
  assertEquals(recallAtK(queries, keys, { ...labels, k: 2 }), 1);
});

Deno.test("recallAtK() of the nearest text is the accuracy of the nearest head row", () => {
  const random = new Random(3);
  const rows = (n: number) =>
    Array.from({ length: n }, () => Array.from(random.normals(6)));
  const [images, texts] = [rows(1300), rows(4)]; // more than one block
  const queryLabels = images.map(() => random.integer(4));
  const unit = (row: number[]) => row.map((x) => x / Math.hypot(...row));
  const nearest = images.map((image) => {
    const cosines = texts.map(unit)
      .map((text) => text.reduce((sum, x, j) => sum + x * image[j]!, 0));
    return cosines.indexOf(Math.max(...cosines));
  });
  const right = nearest.filter((c, i) => c === queryLabels[i]).length;
  const labels = { queryLabels, keyLabels: [0, 1, 2, 3] };
  assertEquals(recallAtK(images, texts, labels), right / 1300);
});

Deno.test("recallAtK() counts equal keys in favour of the query, however they are rounded", () => {
  const random = new Random(4);
  const row = Array.from(random.normals(17));
  const rows = Array.from({ length: 700 }, () => row);
  assertEquals(recallAtK(rows, rows), 1);
});

Deno.test("recallAtK() says what does not fit", () => {
  const two = at(0, 90);
  assertThrows(
    () => recallAtK(two, at(0)),
    ShapeError,
    "Cannot compute the recall: expected 2 rows in `keys`, a key for each query, received 1",
  );
  assertThrows(
    () => recallAtK(two, [[1, 2, 3]]),
    ShapeError,
    "expected 2 columns in `keys`, received 3",
  );
  assertThrows(
    () => recallAtK(two, two, { queryLabels: [0, 1] }),
    OptionsError,
    "expected `queryLabels` and `keyLabels`, or neither, received queryLabels alone",
  );
  assertThrows(
    () => recallAtK(two, two, { queryLabels: [0, 1], keyLabels: [0] }),
    ShapeError,
    "expected 2 labels in `keyLabels`, received 1",
  );
  assertThrows(
    () => recallAtK(two, two, { queryLabels: [0, 1], keyLabels: [2, 3] }),
    LabelError,
    "expected a key with the label of a query in `keyLabels`, received none",
  );
  assertThrows(() => recallAtK(two, two, { k: 0 }), OptionsError, "at k");
});
