/**
 * The one order of the keys of JSON.
 *
 * @module
 */

/** The same JSON with the keys of every object in order. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(
    entries.map(([key, each]) => [key, sortedKeys(each)]),
  );
}
