/**
 * What every other part stands on: errors, interrupts, matrices at the boundary, seeded randomness, the
 * display protocol and tables.
 *
 * @module
 */

export * from "./errors.ts";
export * from "./interrupt.ts";
export * from "./matrix.ts";
export * from "./random.ts";
export * from "./rich.ts";
export * from "./table.ts";
export * from "./tensor_scope.ts";
