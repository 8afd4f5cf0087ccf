/**
 * Marks in the stream of outputs: where one has come by, so has all that was shown before it.
 *
 * A mark is an update of a display that no cell shows, which every front end passes over.
 *
 * @module
 */

import type { Message } from "./_wire.ts";

/** What a mark is sent as. */
export const MARK_TYPE = "update_display_data";

/** The display that nobody shows. */
const DISPLAY = "interplay-mark";

/** Longer ones are no marks, and need not be read. */
export const LONGEST_MARK = 300;

/** The content of a mark. */
export function markContent(number: number): Record<string, unknown> {
  return {
    data: { "text/plain": String(number) },
    metadata: {},
    transient: { display_id: DISPLAY },
  };
}

/** The number of a mark; `undefined` for any other message. */
export function markOf({ header, content }: Message): number | undefined {
  if (header.msg_type !== MARK_TYPE) return undefined;
  const { transient, data } = content as {
    transient?: { display_id?: unknown };
    data?: Record<string, unknown>;
  };
  return transient?.display_id === DISPLAY
    ? Number(data?.["text/plain"])
    : undefined;
}
