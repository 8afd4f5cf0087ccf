/**
 * The notebook as a place to work in, and notebooks without one. In a Deno kernel, importing this module makes
 * values of other libraries show themselves, Interrupt stop a run and keep its state, and failures that the
 * kernel swallows visible; `unregister()` takes that back. Everywhere, notebooks run without a browser and
 * without Python: executed in a real Deno kernel, checked, and published as one page.
 *
 * @module
 */

import "./_start.ts";

export { flush } from "../display/host.ts";
export * from "./cell_error.ts";
export type * from "./cell_progress.ts";
export * from "./check_notebook.ts";
export * from "./compare_outputs.ts";
export * from "./export_html.ts";
export * from "./import_html.ts";
export { interruptSignal } from "./interrupt_signal.ts";
export { memory, type MemoryReport, type MemoryUse } from "./memory.ts";
export * from "./notebook.ts";
export * from "./register.ts";
export { reload } from "./reload.ts";
export * from "./run_notebook.ts";
