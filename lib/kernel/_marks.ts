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

/** The content of a mark. */
export function markContent(mark: number): Record<string, unknown> {
  return {
    data: { "text/plain": "" },
    metadata: { interplay: { mark } },
    transient: { display_id: DISPLAY },
  };
}

const schema = z.object({
  metadata: z.object({ interplay: z.object({ mark: z.int() }) }),
  transient: z.object({ display_id: z.literal(DISPLAY) }),
});

/** The number of a mark; `undefined` for any other message. */
export function markOf({ header, content }: Message): number | undefined {
  if (header.msg_type !== MARK_TYPE) return undefined;
  return schema.safeParse(content).data?.metadata.interplay.mark;
}
