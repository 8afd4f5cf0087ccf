/**
 * Notebooks executed from top to bottom in a real Deno kernel, without Python.
 *
 * @module
 */

import * as path from "@std/path";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { FormatError, OptionsError } from "../core/errors.ts";
import { requireWritable, writeWhole } from "../core/whole_file.ts";
import { Execution } from "./_execution.ts";
import type { CellProgress } from "./cell_progress.ts";
import { firstHeading } from "./_markdown.ts";
import { withParameters } from "./_parameters.ts";
import { LockGuard, projectRoot } from "./_project.ts";
import { SignalListener } from "./_signals.ts";
import { checkNotebook, type NotebookProblem } from "./check_notebook.ts";
import { exportHtml } from "./export_html.ts";
import { type Notebook, parseNotebook, serializeNotebook } from "./notebook.ts";

/** How a notebook is run. */
export interface RunOptions {
  /** Where to write the executed notebook. It is written after a failure too, as far as it got. */
  readonly out?: string;
  /** Whether to replace the notebook itself, once every cell has succeeded. */
  readonly inPlace?: boolean;
  /** Where to write the page, once every cell has succeeded. */
  readonly html?: string;
  /** Seconds a cell may take; as long as it likes if left out. */
  readonly timeout?: number;
  /** JSON values for constants of the cell tagged `parameters`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Variables added to the environment of the kernel. */
  readonly env?: Readonly<Record<string, string>>;
  /** Stops the run and the kernel. */
  readonly signal?: AbortSignal;
  /** Hears when a cell starts and when it ends. */
  readonly onCell?: (progress: CellProgress) => void;
}

/** What a run leaves behind. */
export interface NotebookRun {
  /** The notebook with its outputs. */
  readonly notebook: Notebook;
  /** How many code cells have run. */
  readonly cells: number;
  /** What {@linkcode checkNotebook} finds in it. */
  readonly problems: readonly NotebookProblem[];
  /** The files written. */
  readonly written: readonly string[];
}

const fileName = z.string().min(1);
const schema = z.strictObject({
  out: fileName.optional(),
  inPlace: z.boolean().default(false),
  html: fileName.optional(),
  timeout: z.number().positive().max(2_000_000).optional(),
  parameters: z.record(z.string(), z.json()).default({}),
  env: z.record(z.string(), z.string()).default({}),
  signal: z.instanceof(AbortSignal).optional(),
  onCell: z.custom<(progress: CellProgress) => void>((value) =>
    typeof value === "function"
  ).default(() => () => {}),
}).refine((options) => !options.inPlace || options.out === undefined, {
  message: "`out` and `inPlace` exclude each other",
});

async function readNotebook(file: string): Promise<Notebook> {
  try {
    return parseNotebook(await Deno.readTextFile(file));
  } catch (error) {
    const cannot = "Cannot read the notebook: expected a file, received";
    if (error instanceof Deno.errors.NotFound) {
      throw new Deno.errors.NotFound(`${cannot} none at ${file}`);
    }
    if (error instanceof Deno.errors.IsADirectory) {
      throw new Deno.errors.IsADirectory(`${cannot} a folder, ${file}`);
    }
    throw error;
  }
}

function requireDeno({ metadata }: Notebook): void {
  const known = z.object({ kernelspec: z.object({ language: z.string() }) })
    .safeParse(metadata);
  const language = known.data?.kernelspec.language ?? "typescript";
  if (/^(type|java)script$/i.test(language)) return;
  throw new FormatError(
    `Cannot run the notebook: expected a notebook for Deno, received one for ${language}`,
  );
}

/** The files that a run will write, none of them the notebook itself or twice the same. */
function requireApart(
  check: Check,
  file: string,
  outputs: Readonly<Record<"out" | "html", string | undefined>>,
): void {
  const taken = new Map([[path.resolve(file), "the notebook itself"]]);
  for (const [name, given] of Object.entries(outputs)) {
    if (given === undefined) continue;
    const place: string = path.resolve(given);
    const owner = taken.get(place);
    if (owner !== undefined) {
      const received = `${owner}, ${given} (\`inPlace\` replaces the notebook)`;
      check.fail(OptionsError, `a file of its own as \`${name}\``, received);
    }
    taken.set(place, `that of \`${name}\``);
  }
}

/** Prepares the run in the folder of `file`. */
async function prepare(
  file: string,
  notebook: Notebook,
  options: z.output<typeof schema>,
  signal: AbortSignal,
): Promise<Execution> {
  const folder: string = path.dirname(await Deno.realPath(file));
  return new Execution(notebook, {
    folder,
    root: await projectRoot(folder),
    env: {
      INTERPLAY_PLOTLY: "none",
      INTERPLAY_DURATIONS: "none",
      ...options.env,
    },
    timeout: options.timeout,
    signal: AbortSignal.any([
      signal,
      ...(options.signal ? [options.signal] : []),
    ]),
    onCell: options.onCell,
  });
}

/** Runs the cells in a project that stays as it is. */
async function execute(execution: Execution): Promise<void> {
  await using _lock = await LockGuard.hold(execution.folder);
  await execution.run();
}

/**
 * Executes a notebook from top to bottom in a Deno kernel of its own, started in the notebook's folder, and
 * writes it back with its outputs, as another notebook or as one HTML page. Nothing is read from or sent to
 * any host. The kernel is gone when the promise settles, whatever happens: success, failure, timeout, abort,
 * Ctrl-C.
 *
 * Outputs that arrive after their cell has ended are waited for (150 ms of silence). The run stops at the
 * first cell that fails; besides throws those are: code that does not parse, a rejection that nobody
 * handles, a throw in a timer, a display method that throws, a timeout, an exit of the kernel. A cell tagged
 * `raises-exception` may throw.
 *
 * The result depends on the notebook alone: no time, no path of the machine, ids kept, counts from 1. The
 * project's `deno.lock` is left as it was. Figures come without plotly.js (`INTERPLAY_PLOTLY=none`), which
 * the page embeds once; progress bars end without how long they took (`INTERPLAY_DURATIONS=none`).
 * `compareOutputs` says where another run has given something else.
 *
 * @param file The notebook, nbformat 4.0 to 4.5.
 * @returns The executed notebook, what is suspicious about it, and the files written.
 * @throws {CellError} At the first cell that fails; `out` then holds the notebook as far as it got.
 * @throws {FormatError} If the file is no notebook, or one for another language.
 * @throws {OptionsError} For an unknown option or parameter, a parameter of another type than its default, two
 * results in one file.
 *
 * @example
 * ```ts
 * import { runNotebook } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile({ suffix: ".ipynb" });
 * await Deno.writeTextFile(file, JSON.stringify({
 *   cells: [{
 *     cell_type: "code",
 *     id: "sum",
 *     metadata: {},
 *     source: "console.log(1 + 1)",
 *     execution_count: null,
 *     outputs: [],
 *   }],
 *   metadata: {},
 *   nbformat: 4,
 *   nbformat_minor: 5,
 * }));
 * const { notebook } = await runNotebook(file, { timeout: 60 });
 * const [cell] = notebook.cells;
 * assertEquals(cell?.cell_type === "code" && cell.outputs, [
 *   { output_type: "stream", name: "stdout", text: "2\n" },
 * ]);
 * await Deno.remove(file);
 * ```
 */
export async function runNotebook(
  file: string,
  options: RunOptions = {},
): Promise<NotebookRun> {
  const check = new Check("run the notebook");
  const checked = check.options(schema, options);
  const { out, html, inPlace, parameters } = checked;
  requireApart(check, file, { out, html });
  const original = withParameters(await readNotebook(file), parameters);
  requireDeno(original);
  const places = [out, inPlace ? file : undefined, html]
    .filter((each) => each !== undefined);
  // A run can take hours: that its result has a place is made sure before.
  for (const place of places) await requireWritable(place);
  using signals = new SignalListener();
  const execution = await prepare(file, original, checked, signals.signal);
  try {
    await execute(execution);
  } finally {
    if (out !== undefined) {
      await writeWhole(out, serializeNotebook(execution.notebook));
    }
  }
  const { notebook } = execution;
  if (inPlace) await writeWhole(file, serializeNotebook(notebook));
  if (html !== undefined) {
    const title = firstHeading(notebook) ??
      path.basename(file, path.extname(file));
    await exportHtml(notebook, { title, file: html });
  }
  return {
    notebook,
    cells: execution.total,
    problems: checkNotebook(notebook),
    written: places,
  };
}
