import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { KernelHost } from "../../lib/display/_kernel_host.ts";
import { displayable } from "../../lib/core/mod.ts";
import {
  currentHost,
  display,
  MemoryHost,
  useHost,
} from "../../lib/display/mod.ts";

interface Message {
  type: string;
  content: Record<string, unknown>;
}

/** A kernel's API that keeps what it is asked to send. */
function recorder(): { sent: Message[]; host: KernelHost } {
  const sent: Message[] = [];
  const host = new KernelHost({
    broadcast(type, content) {
      sent.push({ type, content });
      return Promise.resolve();
    },
  });
  return { sent, host };
}

const bundle = { "text/plain": "hello" };

Deno.test("KernelHost.display() broadcasts display_data with id and metadata", async () => {
  const { sent, host } = recorder();
  await host.display(bundle, { displayId: "a", metadata: { m: 1 } });
  await host.display(bundle);
  assertEquals(sent, [
    {
      type: "display_data",
      content: {
        data: bundle,
        metadata: { m: 1 },
        transient: { display_id: "a" },
      },
    },
    {
      type: "display_data",
      content: { data: bundle, metadata: {}, transient: {} },
    },
  ]);
});

Deno.test("KernelHost.update() broadcasts update_display_data of the same id", async () => {
  const { sent, host } = recorder();
  await host.update("a", bundle);
  assertEquals(sent[0]?.type, "update_display_data");
  assertEquals(sent[0]?.content.transient, { display_id: "a" });
});

Deno.test("KernelHost.print() broadcasts a stream, and a failure to send is no failure", async () => {
  const { sent, host } = recorder();
  host.print("\rhalf");
  assertEquals(sent, [{
    type: "stream",
    content: { name: "stdout", text: "\rhalf" },
  }]);
  new KernelHost({ broadcast: () => Promise.reject(new Error("closed")) })
    .print("x");
  await Promise.resolve();
});

Deno.test("KernelHost.fail() broadcasts an error, and a kernel that refuses is no failure", async () => {
  const { sent, host } = recorder();
  const report = {
    name: "TypeError",
    message: "bad",
    trace: ["TypeError: bad"],
  };
  host.fail(report);
  assertEquals(sent, [{
    type: "error",
    content: {
      ename: "TypeError",
      evalue: "bad",
      traceback: ["TypeError: bad"],
    },
  }]);
  new KernelHost({
    broadcast() {
      throw new Error("closed");
    },
  }).fail(report);
  await Promise.resolve();
});

Deno.test("KernelHost.flush() waits for outputs that nobody has waited for, also for one that fails", async () => {
  const order: string[] = [];
  const sending = Promise.withResolvers<void>();
  const host = new KernelHost({ broadcast: () => sending.promise });
  const shown = [host.display(bundle), host.update("a", bundle)]
    .map((each) =>
      each.then(() => order.push("shown"), () => order.push("failed"))
    );
  const flushed = host.flush().then(() => order.push("flushed"));
  sending.reject(new Error("closed"));
  await Promise.all([...shown, flushed]);
  assertEquals(order, ["failed", "failed", "flushed"]);
});

Deno.test("MemoryHost keeps errors, a terminal writes their trace to its error stream", async () => {
  const report = {
    name: "Error",
    message: "bad",
    trace: ["Error: bad", "  at x"],
  };
  const host = new MemoryHost();
  host.fail(report);
  await host.flush();
  assertEquals(host.events, [{ type: "error", report }]);
  const code =
    `import { currentHost, flush } from "interplay/display"; currentHost().fail(${
      JSON.stringify(report)
    }); await flush();`;
  const { stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: new URL("../../", import.meta.url),
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "Error: bad\n  at x\n");
  assertEquals(stdout.length, 0);
});

Deno.test("currentHost() outside a kernel writes text", () => {
  const host = currentHost();
  assertEquals(host.rich, false);
  assertStrictEquals(currentHost(), host);
});

Deno.test("useHost() returns a function that puts back the host before", () => {
  const [outer, inner] = [new MemoryHost(), new MemoryHost()];
  const restoreOuter = useHost(outer);
  const restoreInner = useHost(inner);
  assertStrictEquals(currentHost(), inner);
  restoreInner();
  assertStrictEquals(currentHost(), outer);
  restoreOuter();
  assert(currentHost() !== outer);
});

Deno.test("display() shows bundles, displayables and promises of bundles, with their options", async () => {
  const host = new MemoryHost();
  const restore = useHost(host);
  await display(bundle, { displayId: "x" });
  await display(displayable({}, () => ({ "text/plain": "record" })));
  restore();
  assertEquals(host.events, [
    { type: "display", bundle, displayId: "x" },
    { type: "display", bundle: { "text/plain": "record" } },
  ]);
});

Deno.test("display() in a terminal writes the plain text and a line end", async () => {
  const code =
    `import { display } from "interplay/display"; await display({ "text/plain": "a\\nb" });`;
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: new URL("../../", import.meta.url),
  }).output();
  assert(success);
  assertEquals(new TextDecoder().decode(stdout), "a\nb\n");
});
