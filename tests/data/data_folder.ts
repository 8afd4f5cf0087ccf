import { fromFileUrl } from "@std/path";

/**
 * The folder of real data for the tests: INTERPLAY_DATA_DIR, or `shared/data` beside the checkout. Data
 * are no part of the repository; tests that need them are ignored, also in CI, where there are none.
 */
export const dataFolder: string | undefined =
  Deno.env.get("INTERPLAY_DATA_DIR") ??
    existing(fromFileUrl(new URL("../../../shared/data", import.meta.url)));

function existing(path: string): string | undefined {
  try {
    return Deno.statSync(path).isDirectory ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A test on real data; ignored, and its name says so, where there are none. */
export function testOnRealData(
  name: string,
  body: (folder: string) => Promise<void>,
): void {
  Deno.test({
    name: `${name} [needs the data folder]`,
    ignore: dataFolder === undefined,
    fn: () => body(dataFolder!),
  });
}
