/**
 * Outputs that never reach a notebook: what is written to the streams of the process goes to a terminal that
 * nobody sees, and so does the outcome of `Deno.test`.
 *
 * @module
 */

import process from "node:process";
import { currentHost } from "../display/host.ts";
import { replaceMethod } from "./_replaced_method.ts";

type Stream = "stdout" | "stderr";

/** Bytes to text, a character that comes in two pieces included. */
function printer(stream: Stream): (chunk: unknown) => number {
  const decoder = new TextDecoder();
  return (chunk) => {
    const text = chunk instanceof Uint8Array
      ? decoder.decode(chunk, { stream: true })
      : String(chunk);
    if (text !== "") currentHost().print(text, stream);
    return chunk instanceof Uint8Array ? chunk.length : text.length;
  };
}

function streamMethods(stream: Stream): ((() => void) | undefined)[] {
  const print = printer(stream);
  return [
    replaceMethod(
      Deno[stream],
      "write",
      () => (chunk) => Promise.resolve(print(chunk)),
    ),
    replaceMethod(Deno[stream], "writeSync", () => (chunk) => print(chunk)),
    replaceMethod(process[stream], "write", () => (chunk, ...rest) => {
      print(chunk);
      const done = rest.at(-1);
      if (typeof done === "function") queueMicrotask(() => done());
      return true;
    }),
  ];
}

const TEST_NOTICE =
  "Deno.test in a cell: its outcome goes to the terminal of the kernel and cannot fail the cell. Assertions in the cell itself can.\n";

/** Warns before each test, which still runs. */
function testNotice(): () => void {
  const original = Deno.test;
  const replacement = new Proxy(original, {
    apply(target, self, args) {
      currentHost().print(TEST_NOTICE, "stderr");
      return Reflect.apply(target, self, args);
    },
  });
  Reflect.set(Deno, "test", replacement);
  return () => {
    if (Deno.test === replacement) Reflect.set(Deno, "test", original);
  };
}

/** Shows such outputs as outputs of the cell. Returns what ends it. */
export function showLostOutputs(): (() => void)[] {
  const undo = [...streamMethods("stdout"), ...streamMethods("stderr")];
  return [...undo.filter((each) => each !== undefined), testNotice()];
}
