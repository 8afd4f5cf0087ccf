/**
 * The version of this library, as results record it. A test compares it with `deno.json`.
 *
 * @example
 * ```ts
 * import { libraryVersion } from "interplay";
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(libraryVersion, /^\d+\.\d+\.\d+$/);
 * ```
 */
export const libraryVersion: string = "0.1.0";
