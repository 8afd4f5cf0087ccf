import type { z } from "zod";

/**
 * Checks a configuration and fills in what was left out: a schema of zod. It stands under the tag that
 * keeps it out of the generated documentation: zod documents it.
 * @ignore
 */
export type ConfigSchema<Config> = z.ZodType<Config>;
