/** The Interrupt button, as SIGINT, in real kernels with the extension. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { held, withServer } from "../data/local_server.ts";
import { isAlive, until } from "./fixtures.ts";
import { jupyterFolder, noJupyter, runClient } from "./jupyter.ts";
import { TestKernel } from "./kernel_session.ts";

const setup = `import "interplay/kernel";
import { evaluate, gaussianClasses, interruptible, interruptSignal, live, loadMnist, mlp, split, trainSupervised, useBackend } from "interplay";
await useBackend("cpu");
const data = split(gaussianClasses({ classes: 3, samplesPerClass: 40, dimension: 5, separation: 8 }), { test: 0.2 });
const model = mlp({ inputDimension: 5, hidden: [8], classes: 3 });
const kept = "state";`;

const longRun =
  `trainSupervised(model, data, { epochs: 100_000, reference: false })`;

// One kernel for all of this: starting it and loading the library takes longer than the rest.
Deno.test({
  name: "Interrupt in a kernel",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: inOneKernel,
});

async function inOneKernel(t: Deno.TestContext): Promise<void> {
  await using kernel = await TestKernel.start();
  await kernel.run(setup);

  await t.step(
    "stops a run at its next step, says so, and keeps kernel, variables, history and figure",
    async () => {
      const running = kernel.run(
        `const history = await live(${longRun}); history.outcome`,
      );
      await kernel.saw("· epoch "); // the line of progress: it is under way
      kernel.press();
      const { reply, shown } = await running;
      assertEquals(reply.ok, true);
      assertEquals(shown.at(-1)?.text, '"stopped"');
      const said = shown.filter(({ kind }) => kind === "stderr");
      assertMatch(
        said[0]?.text ?? "",
        /^Interrupted: what runs stops at its next step/,
      );
      const updates = shown.filter(({ kind }) => kind === "update");
      assertMatch(updates.at(-1)?.text ?? "", /stopped: interrupted$/);
      const figure = updates.findLast(({ types }) =>
        types.includes("image/svg+xml")
      );
      assertStringIncludes(figure?.text ?? "", "train loss:");
      const state =
        "[kept, history.epochs.length > 1, history.stepLosses.length > 1]";
      assertEquals(await kernel.texts("result", state), [
        '[ "state", true, true ]',
      ]);
    },
  );

  await t.step(
    "stops a run that is not shown, and the next one, each for itself",
    async () => {
      for (let round = 0; round < 2; round++) {
        const running = kernel.run(
          `console.log("begun ${round}"); (await ${longRun}.run()).outcome`,
        );
        await kernel.saw(`begun ${round}`);
        kernel.press();
        assertEquals((await running).shown.at(-1)?.text, '"stopped"');
      }
    },
  );

  await t.step(
    "aborts the signal of a user's own loop, one signal a cell, fresh in the next also after a throw",
    async () => {
      const loop = kernel.run(`console.log("looping");
while (!interruptSignal().aborted) await new Promise((done) => setTimeout(done, 10));
"left"`);
      await kernel.saw("looping");
      kernel.press();
      assertEquals((await loop).shown.at(-1)?.text, '"left"');
      const throwing = kernel.run(`console.log("throwing");
while (true) { await new Promise((done) => setTimeout(done, 10)); interruptSignal().throwIfAborted(); }`);
      await kernel.saw("throwing");
      await new Promise((resolve) => setTimeout(resolve, 400));
      kernel.press();
      const { reply } = await throwing;
      assertEquals([reply.ok, reply.ename], [false, "AbortError"]);
      assertEquals(await kernel.texts("result", "interruptSignal().aborted"), [
        "false",
      ]);
    },
  );

  await t.step(
    "pressed twice leaves a step that does not end, and the kernel goes on",
    async () => {
      const running = kernel.run(`console.log("stuck");
const stuck = interruptible(async function* () { await new Promise(() => {}); yield 1; });
for await (const _ of stuck) { /* never */ }`);
      await kernel.saw("stuck");
      kernel.press();
      await new Promise((resolve) => setTimeout(resolve, 500));
      kernel.press();
      const { reply, shown } = await running;
      assertEquals([reply.ok, reply.ename], [false, "InterruptedError"]);
      assert(shown.some(({ text }) => text.startsWith("Interrupted again:")));
      assertEquals(await kernel.texts("result", "kept"), ['"state"']);
    },
  );

  await t.step(
    "stops a download and an evaluation with an AbortError that says which, and keeps the kernel",
    async () => {
      await withServer(
        () => new Response(held(new Uint8Array(1000))),
        async ({ origin, dataDir, cacheDir }) => {
          const options = JSON.stringify({
            dataDir,
            cacheDir,
            baseUrl: origin,
          });
          const endless =
            "gaussianClasses({ classes: 3, samplesPerClass: 300_000, dimension: 5 })";
          const cells = {
            "load MNIST":
              `await loadMnist({ ...${options}, onProgress: () => console.log("load MNIST …") })`,
            "evaluate the model":
              `const many = ${endless}; console.log("evaluate the model …"); await evaluate(model, many, { batchSize: 1 })`,
          };
          for (const [what, cell] of Object.entries(cells)) {
            const running = kernel.run(cell);
            await kernel.saw(`${what} …`);
            kernel.press();
            const { reply } = await running;
            assertEquals([reply.ok, reply.ename], [false, "AbortError"]);
            assertEquals(
              reply.evalue,
              `Cannot ${what}: expected to go on, received an interrupt`,
            );
            assertEquals(await kernel.texts("result", "kept"), ['"state"']);
          }
        },
      );
    },
  );

  await t.step(
    "warns where nothing listens, and lets the cell go on",
    async () => {
      const running = kernel.run(
        `console.log("deaf"); await new Promise((done) => setTimeout(done, 1500)); "end"`,
      );
      await kernel.saw("deaf");
      await new Promise((resolve) => setTimeout(resolve, 400));
      kernel.press();
      const { shown } = await running;
      assertMatch(
        shown[1]?.text ?? "",
        /^Interrupted, but nothing here listens/,
      );
      assertEquals(shown.at(-1)?.text, '"end"');
    },
  );

  await t.step(
    "pressed twice where nothing listens ends the kernel",
    async () => {
      const running = kernel.run(
        `console.log("for ever"); await new Promise(() => {});`,
      )
        .catch((error) => String(error));
      await kernel.saw("for ever");
      kernel.press();
      await kernel.saw("nothing here listens");
      await new Promise((resolve) => setTimeout(resolve, 400));
      kernel.press();
      assertStringIncludes(
        String(await running),
        "The kernel has ended (exit code 130)",
      );
    },
  );
}

Deno.test("Interrupt ends the kernel again after unregister()", async () => {
  await using kernel = await TestKernel.start();
  await kernel.run(
    `import { unregister } from "interplay/kernel"; unregister();`,
  );
  kernel.press();
  assert(await until(async () => !await isAlive(kernel.pid)));
});

Deno.test("Interrupt pressed twice ends a kernel that is busy and whose connection file is gone", async () => {
  await using kernel = await TestKernel.start();
  await kernel.run(
    `import "interplay/kernel"; await new Promise((done) => setTimeout(done, 2000));`,
  );
  const running = kernel.run(`for (;;) {}`).catch((error) => String(error));
  for (let i = 0; i < 2; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    kernel.press();
  }
  assertStringIncludes(String(await running), "The kernel has ended");
});

Deno.test({
  name:
    "Interrupt pressed twice stops a cell that never awaits, and keeps kernel and variables, in a kernel that Jupyter started",
  ignore: noJupyter,
  async fn() {
    await using folder = await jupyterFolder();
    const script = `
def run(code):
    said = []
    reply = kc.execute_interactive(code, timeout=60, output_hook=lambda m: said.append(m["content"].get("text") or m["content"].get("data", {}).get("text/plain", "")))
    return reply["content"]["status"], "".join(said)
run("import 'interplay/kernel'; let kept = 0; await new Promise((done) => setTimeout(done, 2000));")
presses = [threading.Timer(at, km.interrupt_kernel) for at in (1, 2)]
for press in presses: press.start()
print(*run("for (;;) kept++;"))
time.sleep(0.5)
print(*run("console.log(kept > 1000); await new Promise((done) => setTimeout(done, 500));"))`;
    const printed = await runClient(folder, script);
    const lines = printed.trim().split("\n");
    assertMatch(lines[0] ?? "", /^error/);
    assertMatch(lines.at(-1) ?? "", /^(ok )?true$/);
  },
});
