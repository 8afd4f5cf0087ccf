import { type BackendName, useBackend } from "../models/backend.ts";

let turn: Promise<unknown> = Promise.resolve();

/**
 * Chooses where tensors are computed, one call after the other: tfjs drops the start of a backend that is
 * overtaken by another, and two runs may begin at once.
 */
export function takeBackend(
  name: "auto" | BackendName,
): Promise<BackendName> {
  const chosen = turn.then(() => useBackend(name));
  turn = chosen.catch(() => {}); // who asked hears of it; the next one goes on
  return chosen;
}
