import { assertEquals } from "@std/assert";
import {
  CellOutputs,
  OutputRouter,
  Printed,
} from "../../lib/kernel/_outputs.ts";
import type { Message } from "../../lib/kernel/_wire.ts";

function message(
  type: string,
  content: Record<string, unknown>,
  parent = "request",
): Message {
  return {
    header: { msg_id: "m", msg_type: type },
    parent: { msg_id: parent },
    content,
  };
}

const print = (text: string, name = "stdout") =>
  message("stream", { name, text });
const show = (text: string, displayId?: string) =>
  message("display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: displayId === undefined ? {} : { display_id: displayId },
  });
const update = (text: string, displayId: string) =>
  message("update_display_data", {
    data: { "text/plain": text },
    metadata: {},
    transient: { display_id: displayId },
  });

/** The outputs of a cell after these messages, each as its text. */
function after(...messages: Message[]): string[] {
  const cell = new CellOutputs(1);
  for (const each of messages) cell.receive(each);
  return texts(cell);
}

function texts(cell: CellOutputs): string[] {
  return cell.outputs.map((output) => {
    if (output.output_type === "stream") return output.text;
    if (output.output_type === "error") return output.evalue;
    return String(output.data["text/plain"]);
  });
}

function printed(...chunks: string[]): string {
  const whole = new Printed();
  for (const chunk of chunks) whole.append(chunk);
  return whole.text;
}

Deno.test("Printed shows of a line what a terminal shows after its carriage returns", () => {
  assertEquals(printed("10 %\r20 %\r"), "20 %\r");
  assertEquals(printed("20 %\r", "30 %"), "30 %");
  assertEquals(printed("20 %\r", "\ndone\n"), "20 %\ndone\n");
  assertEquals(printed("a\nb", "\rc\nd"), "a\nc\nd");
  assertEquals(printed("a", "\r\nb\r\r\nc"), "a\nb\nc");
  assertEquals(printed("a\r\r", "b"), "b");
  assertEquals(printed("a\n", "b", "c", "\n", "d"), "a\nbc\nd");
  assertEquals(printed(""), "");
  assertEquals(printed(), "");
});

Deno.test("Printed keeps a progress bar of 20 000 steps one line", () => {
  const steps = Array.from({ length: 20_000 }, (_, i) => `step ${i}\r`);
  assertEquals(printed("before\n", ...steps), "before\nstep 19999\r");
});

Deno.test("Printed takes fifty megabytes in pieces, with line ends and without, in time that grows with the pieces", () => {
  // Joined anew at each piece, as once it was, either would take minutes.
  for (const piece of [`${"x".repeat(2_499)}\n`, "x".repeat(2_500)]) {
    const pieces = Array.from({ length: 20_000 }, () => piece);
    assertEquals(printed(...pieces).length, 50_000_000);
  }
});

Deno.test("CellOutputs joins what is printed to one stream until another output comes between", () => {
  assertEquals(
    after(print("a\n"), print("b"), print("e", "stderr"), print("c")),
    ["a\nb", "e", "c"],
  );
  assertEquals(after(print("a"), show("x"), print("b")), ["a", "x", "b"]);
});

Deno.test("CellOutputs clears at once, or with the next output when asked to wait", () => {
  const clear = (wait: boolean) => message("clear_output", { wait });
  assertEquals(after(print("a"), clear(false)), []);
  assertEquals(after(print("a"), clear(true)), ["a"]);
  assertEquals(after(print("a"), clear(true), show("b")), ["b"]);
  assertEquals(after(print("a"), clear(true), print("b")), ["b"]);
  assertEquals(after(print("a"), clear(true), clear(false)), []);
  assertEquals(after(clear(true), print("a"), print("b")), ["ab"]);
});

Deno.test("CellOutputs counts results as the runner counts cells", () => {
  const cell = new CellOutputs(7);
  const content = { execution_count: 99, data: {}, metadata: {} };
  cell.receive(message("execute_result", content));
  assertEquals(cell.outputs, [{
    output_type: "execute_result",
    data: {},
    execution_count: 7,
    metadata: {},
  }]);
});

Deno.test("CellOutputs remembers the first error, even when it is cleared", async () => {
  const cell = new CellOutputs(1);
  const error = { ename: "TypeError", evalue: "bad", traceback: ["TypeError"] };
  cell.receive(message("error", error));
  cell.receive(message("error", { ...error, evalue: "second" }));
  cell.receive(message("clear_output", { wait: false }));
  await cell.failed;
  assertEquals(cell.error?.evalue, "bad");
  assertEquals(cell.outputs, []);
});

Deno.test("CellOutputs leaves out an embedded plotly.js", () => {
  const library = message("display_data", {
    data: { "text/html": "<script>…</script>" },
    metadata: { interplay: { library: "plotly.js@4.1.1" } },
  });
  assertEquals(after(library, show("figure")), ["figure"]);
});

Deno.test("OutputRouter hands late outputs to the cell they answer", () => {
  const router = new OutputRouter();
  const [first, second] = [new CellOutputs(1), new CellOutputs(2)];
  router.route("one", first);
  router.route("two", second);
  router.receive(message("stream", { name: "stdout", text: "2" }, "two"));
  router.receive(message("stream", { name: "stdout", text: "1" }, "one"));
  router.receive(message("stream", { name: "stdout", text: "?" }, "other"));
  assertEquals([texts(first), texts(second)], [["1"], ["2"]]);
});

Deno.test("OutputRouter updates a display wherever it is shown", () => {
  const router = new OutputRouter();
  const [first, second] = [new CellOutputs(1), new CellOutputs(2)];
  router.route("one", first);
  router.route("request", second);
  router.receive({ ...show("0 %", "bar"), parent: { msg_id: "one" } });
  router.receive(show("other", "table"));
  router.receive(show("0 %", "bar"));
  router.receive(update("100 %", "bar"));
  router.receive(update("lost", "unknown"));
  assertEquals(texts(first), ["100 %"]);
  assertEquals(texts(second), ["other", "100 %"]);
});
