/**
 * Interplay: the information in a network's representations and in its classification head, measured
 * by matrix entropy, and their interplay by MIR and HDR, in Deno Jupyter notebooks.
 *
 * @module
 */

export * from "./lib/core/mod.ts";
export * from "./lib/metrics/mod.ts";
export * from "./lib/losses/mod.ts";
export * from "./lib/data/mod.ts";
export * from "./lib/models/mod.ts";
export * from "./lib/training/mod.ts";
export * from "./lib/display/mod.ts";
export * from "./lib/kernel/mod.ts";
