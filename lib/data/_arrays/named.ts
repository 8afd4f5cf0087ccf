import { z } from "zod";
import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";

/** Which arrays of a file to read. */
export interface NamedOptions<N extends string = string> {
  /** Names of the arrays to read, all of which must be there; every array if left out. */
  readonly names?: readonly N[];
}

/** The zod shape of {@linkcode NamedOptions}. */
export const namedOptions = z.strictObject({
  names: z.array(z.string()).optional(),
});

/** The names asked for, or all; fails when one is missing, and says which there are. */
export function chooseNames(
  check: Check,
  there: readonly string[],
  names: readonly string[] | undefined,
): readonly string[] {
  for (const name of names ?? []) {
    if (there.includes(name)) continue;
    const all = there.map((other) => JSON.stringify(other)).join(", ");
    check.fail(FormatError, `an array ${JSON.stringify(name)}`, all || "none");
  }
  return names ?? there;
}
