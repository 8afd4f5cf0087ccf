/**
 * The picture of README: the static form of a figure in the quickstart notebook, as it stands in the
 * notebook's outputs. `deno task readme` writes it; a test compares.
 *
 * @module
 */

const notebooks = new URL("../../notebooks/", import.meta.url);

/** Where README expects the picture. */
export const picturePath = new URL("01-quickstart.svg", notebooks);

interface Cell {
  id: string;
  outputs?: { data?: Record<string, string | string[]> }[];
}

/** The SVG of the interplay plot in the committed notebook. */
export async function picture(): Promise<string> {
  const path = new URL("01-quickstart.ipynb", notebooks);
  const { cells } = JSON.parse(await Deno.readTextFile(path)) as {
    cells: Cell[];
  };
  const cell = cells.find(({ id }) => id === "plot-interplay");
  const svg = cell?.outputs?.[0]?.data?.["image/svg+xml"];
  if (svg === undefined) {
    throw new Error("The notebook has no interplay plot: execute it first");
  }
  return `${[svg].flat().join("").trimEnd()}\n`;
}

if (import.meta.main) await Deno.writeTextFile(picturePath, await picture());
