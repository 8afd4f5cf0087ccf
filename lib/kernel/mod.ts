/**
 * Notebooks run without a browser and without Python: executed in a real Deno kernel, checked, and
 * published as one page.
 *
 * @module
 */

export * from "./cell_error.ts";
export type * from "./cell_progress.ts";
export * from "./check_notebook.ts";
export * from "./export_html.ts";
export * from "./import_html.ts";
export * from "./notebook.ts";
export * from "./run_notebook.ts";
