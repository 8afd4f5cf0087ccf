const signs = [
  "out of memory",
  "memory access out of bounds", // the WASM heap, at its 4 GB
  "allocation failed",
  "cannot enlarge memory",
  "aborted(oom)",
];

/** Whether an error says that memory ran out, as engines and backends put it. */
export function isOutOfMemory(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const message = error.message.toLowerCase();
  return signs.some((sign) => message.includes(sign));
}
