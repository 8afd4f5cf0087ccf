/** Numbers of a nested record by dotted names: `{ entropy: { head: 2 } }` gives `{ "entropy.head": 2 }`. */
export function flatNumbers(
  record: object,
  leaveOut: readonly string[] = [],
): Record<string, number> {
  const flat: Record<string, number> = {};
  for (const [name, value] of Object.entries(record)) {
    if (leaveOut.includes(name)) continue;
    if (typeof value === "number") flat[name] = value;
    else if (typeof value === "object" && value !== null) {
      for (const [rest, number] of Object.entries(flatNumbers(value))) {
        flat[`${name}.${rest}`] = number;
      }
    }
  }
  return flat;
}
