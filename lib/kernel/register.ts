/**
 * What `import "interplay/kernel"` does to the kernel it is imported in, and its undoing.
 *
 * @module
 */

import { currentHost, jupyterApi } from "../display/host.ts";
import { showCauses } from "./_causes.ts";
import { showLostFailures } from "./_failures.ts";
import { Interrupts } from "./_interrupts.ts";
import { showLostOutputs } from "./_lost_outputs.ts";
import { OutputWatch } from "./_output_watch.ts";
import { hookResults } from "./_results.ts";
import { endSignal } from "./interrupt_signal.ts";

/** Under this symbol the global object holds what undoes the registration, whichever copy has made it. */
const KEY = Symbol.for("interplay.kernel");

const NO_RESULTS =
  "interplay/kernel: this version of Deno shows results in a way that is not known here. " +
  "Tensors are shown by display(tensor); outputs at the end of a cell need `await flush()`.\n";

function undoOf(global: object): (() => void) | undefined {
  const undo: unknown = Reflect.get(global, KEY);
  return typeof undo === "function" ? () => undo() : undefined;
}

/** A cell that says `import "interplay/kernel"` and nothing else has this module as its value. */
function isThisModule(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Module]" &&
    Reflect.get(Object(value), "register") === register;
}

/** Everything that is done, as functions that undo it. */
function begin(): (() => void)[] {
  const interrupts = new Interrupts();
  const watch = new OutputWatch();
  const onCellEnd = () => {
    endSignal();
    interrupts.cellEnded();
  };
  const results = hookResults({
    onCellEnd,
    outputsLeft: (count) => watch.outputsLeft(count),
    isHidden: isThisModule,
  });
  if (results === undefined) currentHost().print(NO_RESULTS, "stderr");
  return [
    () => interrupts[Symbol.dispose](),
    () => watch[Symbol.dispose](),
    ...results ?? [],
    showLostFailures(),
    ...showLostOutputs(),
    showCauses(() => {
      onCellEnd();
      watch.holdUntilOutputsLeft();
    }),
    endSignal,
  ];
}

let begun = false;

/**
 * Makes the kernel that runs this code a place to work in. Importing `interplay/kernel` does it; a call does
 * it again after {@linkcode unregister}. Done twice it is done once, and outside a kernel it does nothing.
 *
 * - The value of a cell shows itself richly also where its class knows nothing of notebooks: tensors,
 *   ml-matrix matrices, data with a shape, `tf.LayersModel`, `Classifier`, what `fit` returns, as `view` does.
 * - Interrupt stops what runs at its next step and keeps kernel, variables, history and figures. Pressed
 *   again it leaves the step under way; pressed a third time it ends the kernel. Code that never awaits is
 *   stopped by the second press.
 * - Rejections that nobody handles, throws in timers, displays that throw, causes of errors and members of an
 *   `AggregateError` are shown; so is what is written to `Deno.stdout` and `process.stdout`. `Deno.test` says that
 *   its outcome reaches no notebook.
 * - A cell that the kernel refuses without a word, for a slip of the pen or a package that is not there, shows why.
 * - Outputs at the end of a cell are out before the kernel says that it is over, so that no client drops them.
 *
 * @returns whether there is a kernel.
 *
 * @example
 * ```ts
 * import { register } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(register(), false); // this is a test, not a notebook
 * ```
 */
export function register(): boolean {
  if (jupyterApi() === undefined) return false;
  if (begun) return true;
  undoOf(globalThis)?.(); // another copy of this module: a reload
  const undo = begin();
  begun = true;
  const end = () => {
    begun = false;
    Reflect.deleteProperty(globalThis, KEY);
    for (const each of undo.reverse()) each();
  };
  Object.defineProperty(globalThis, KEY, { value: end, configurable: true });
  return true;
}

/**
 * Takes back what {@linkcode register} did: the kernel is as it was.
 *
 * @example
 * ```ts
 * import { unregister } from "interplay/kernel";
 *
 * unregister(); // harmless where nothing was registered
 * ```
 */
export function unregister(): void {
  undoOf(globalThis)?.();
}
