/**
 * The results of cells: values of other libraries shown richly, displays that throw shown as errors, and
 * outputs let out before the kernel says that the cell is over.
 *
 * The kernel shows the value of a cell through one function of its own, for every cell that ends well, and
 * waits for it before it answers. That function is what is replaced here: the classes of those values belong
 * to others, may be loaded at any time and more than once, and stay as they are. `Deno.jupyter.display` and
 * `format` are the same for values that a cell shows itself.
 *
 * @module
 */

import { type Displayable, jupyterDisplay } from "../core/rich.ts";
import { currentHost, jupyterApi } from "../display/host.ts";
import { knownView } from "../display/view.ts";
import { errorReport } from "./_error_report.ts";
import { replaceMethod } from "./_replaced_method.ts";

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The part of the kernel that broadcasts results: `Deno[Deno.internal].jupyter`. */
function resultApi(): object | undefined {
  const key: unknown = Reflect.get(Deno, "internal");
  const internals: unknown = typeof key === "symbol"
    ? Reflect.get(Deno, key)
    : undefined;
  const api: unknown = isObject(internals)
    ? Reflect.get(internals, "jupyter")
    : undefined;
  return isObject(api) ? api : undefined;
}

/** A value that shows itself: its own way, or as one that is known. */
function displayableOf(value: unknown): Displayable | undefined {
  if (!isObject(value)) return undefined;
  const own: unknown = Reflect.get(value, jupyterDisplay);
  return typeof own === "function" ? value as Displayable : knownView(value);
}

/** The kernel will say that all is well, and a runner go on: here at least it is said. */
const DISPLAY_FAILED =
  "(the cell has ended well, but what it returned could not be shown)";

type Show = (count: unknown, value: unknown) => unknown;

/** Shows a result. A display that throws would end in a message without its cause. */
async function showResult(
  show: Show,
  count: unknown,
  value: unknown,
): Promise<void> {
  try {
    const bundle = await displayableOf(value)?.[jupyterDisplay]();
    const shown = bundle === undefined
      ? value
      : { [jupyterDisplay]: () => bundle };
    await show(count, shown);
  } catch (error) {
    const report = errorReport(error);
    const trace = [...report.trace, DISPLAY_FAILED];
    currentHost().fail({ ...report, trace });
  }
}

/** What {@linkcode hookResults} asks. */
export interface ResultHooks {
  /** Called after each cell that ended well. */
  readonly onCellEnd: () => void;
  /** Resolves when all that the cell of this count has shown has left. */
  readonly outputsLeft: (count: unknown) => Promise<void>;
  /** Whether a result is shown by nothing at all. */
  readonly isHidden: (value: unknown) => boolean;
}

/** Known values for a function that shows others. */
function withKnown(original: (...args: unknown[]) => unknown) {
  return (value: unknown, ...rest: unknown[]): unknown =>
    original(knownView(value) ?? value, ...rest);
}

/**
 * Takes over what the kernel does with the value of a cell.
 *
 * @returns functions that give it back, or `undefined` where this kernel shows results in another way.
 */
export function hookResults(
  { onCellEnd, outputsLeft, isHidden }: ResultHooks,
): (() => void)[] | undefined {
  const jupyter = jupyterApi();
  const api = resultApi();
  if (jupyter === undefined || api === undefined) return undefined;
  const undo = replaceMethod(
    api,
    "broadcastResult",
    (original) => async (count, value) => {
      if (!isHidden(value)) await showResult(original, count, value);
      onCellEnd();
      await outputsLeft(count);
    },
  );
  if (undo === undefined) return undefined;
  const others = ["display", "format"].map((name) =>
    replaceMethod(jupyter, name, withKnown)
  );
  return [undo, ...others.filter((each) => each !== undefined)];
}
