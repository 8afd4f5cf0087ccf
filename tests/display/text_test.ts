import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  cleanText,
  labelDepth,
  plainLines,
  plotlyText,
  shorten,
  textWidth,
  wrapText,
} from "../../lib/display/_text.ts";

Deno.test("cleanText() leaves no character that XML cannot carry", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const clean = cleanText(text);
    assert(clean.isWellFormed());
    const broken = [...clean].filter((c) =>
      c < " " || c === "\ufffe" || c === "\uffff"
    );
    assertEquals(broken, []);
  }));
});

Deno.test("wrapText() loses no word and keeps to the width", () => {
  fc.assert(fc.property(fc.lorem({ maxCount: 40 }), (text) => {
    const lines = wrapText(text, 30);
    assertEquals(lines.join(" "), cleanText(text));
    assert(lines.every((line) => line.length <= 30));
  }));
});

Deno.test("wrapText() cuts a word longer than a line and gives no line for no text", () => {
  assertEquals(wrapText("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
  assertEquals(wrapText("  ", 3), []);
});

Deno.test("shorten() marks a cut", () => {
  assertEquals(shorten("automobile", 6), "autom…");
  assertEquals(shorten("auto", 6), "auto");
});

Deno.test("plainLines() gives back what plotlyText() was given", () => {
  fc.assert(fc.property(fc.array(fc.string(), { minLength: 1 }), (lines) => {
    assertEquals(plainLines(plotlyText(lines)), lines);
  }));
});

Deno.test("plotlyText() lets no markup of the user's come alive", () => {
  assertEquals(plotlyText("<b>a</b> & b"), "&lt;b&gt;a&lt;/b&gt; &amp; b");
});

Deno.test("textWidth() grows with the text and the font", () => {
  assert(textWidth("mmm", 12) > textWidth("iii", 12));
  assertEquals(textWidth("abc", 24), 2 * textWidth("abc", 12));
});

Deno.test("labelDepth() is one line for level labels, more for turned ones", () => {
  assertEquals(labelDepth(["automobile"], 0), 22);
  assert(labelDepth(["automobile"], -45) > 50);
});
