/**
 * What holds for all displays of a notebook.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";

/** How a notebook comes to plotly.js. */
export type LibraryMode = "embed" | "cdn" | "none";

/** Options of {@linkcode configureDisplay}. */
export interface DisplaySettings {
  /** How figures come to plotly.js. */
  readonly library?: LibraryMode;
  /** Whether the last line of a progress bar says how long it took. */
  readonly durations?: boolean;
}

const optionsSchema = z.strictObject({
  library: z.enum(["embed", "cdn", "none"]).optional(),
  durations: z.boolean().optional(),
});

let configured: z.output<typeof optionsSchema> = {};

/** A variable of the environment; silent (no prompt, no error) where reading it is not allowed. */
function environment(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/** How figures come to plotly.js now. */
export function libraryMode(): LibraryMode {
  if (configured.library !== undefined) return configured.library;
  const value = environment("INTERPLAY_PLOTLY");
  return optionsSchema.shape.library.safeParse(value).data ?? "embed";
}

/** Whether what is kept of a display may say how long something took. */
export function showsDurations(): boolean {
  return configured.durations ?? environment("INTERPLAY_DURATIONS") !== "none";
}

/**
 * Chooses what holds for all displays from here on; what is left out stays as it is.
 *
 * `library` is how figures come to plotly.js: `"embed"` puts its text (1.5 MB) into the notebook, once, and
 * needs no network; `"cdn"` puts a link with an integrity hash there, once; `"none"` puts nothing, for pages
 * that bring the library themselves, and leaves static pictures where they do not. The next figure after a
 * change emits the library anew. Unless chosen here, the environment variable `INTERPLAY_PLOTLY` decides,
 * else `"embed"`.
 *
 * `durations: false` leaves out of the last line of a progress bar how long it took, so that a notebook run
 * again holds the same outputs. Unless chosen here, `INTERPLAY_DURATIONS=none` does it, which `runNotebook`
 * sets.
 *
 * @throws OptionsError for any other choice.
 *
 * @example
 * ```ts
 * import { configureDisplay } from "interplay/display";
 * import { assertThrows } from "@std/assert";
 *
 * configureDisplay({ library: "cdn", durations: false });
 * assertThrows(() => configureDisplay({ library: "web" as "cdn" }), TypeError);
 * configureDisplay({ library: "embed", durations: true });
 * ```
 */
export function configureDisplay(options: DisplaySettings): void {
  const check = new Check("configure displays");
  const checked = check.options(optionsSchema, options);
  const given = Object.entries(checked).filter(([, value]) =>
    value !== undefined
  );
  configured = { ...configured, ...Object.fromEntries(given) };
}
