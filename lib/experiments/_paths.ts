/** Values by their place in a configuration, nested: `{ "a.b": 1 }` gives `{ a: { b: 1 } }`. */
export function nested(
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [place, value] of Object.entries(values)) {
    const keys = place.split(".");
    const last = keys.pop()!;
    let fields = out;
    for (const key of keys) {
      fields = (fields[key] ??= {}) as Record<string, unknown>;
    }
    fields[last] = value;
  }
  return out;
}
