/**
 * Marks in the stream of outputs: where one has come by, so has all that was shown before it.
 *
 * A mark is an update of a display that no cell shows, which every front end passes over.
 *
 * @module
 */

import { z } from "zod";
import type { Message } from "./_wire.ts";

/** What a mark is sent as. */
export const MARK_TYPE = "update_display_data";

/** The display that nobody shows. */
const DISPLAY = "interplay-mark";

/** Longer ones are no marks, and need not be read. */
export const LONGEST_MARK = 300;

const schema = z.object({
  mark: z.int(),
  count: z.int().optional(),
});

/** What a mark says. */
export interface Mark {
  /** Which mark it is, from 1 on. */
  readonly mark: number;
  /** The execution count of the cell at whose end it was sent, where that is known. */
  readonly count?: number | undefined;
}

/** The content of a mark. */
export function markContent(mark: Mark): Record<string, unknown> {
  return {
    data: { "text/plain": "" },
    metadata: { interplay: mark },
    transient: { display_id: DISPLAY },
  };
}

/** The mark in a message; `undefined` for any other message. */
export function markOf({ header, content }: Message): Mark | undefined {
  if (header.msg_type !== MARK_TYPE) return undefined;
  const { metadata } = content as { metadata?: { interplay?: unknown } };
  return schema.safeParse(metadata?.interplay).data;
}
