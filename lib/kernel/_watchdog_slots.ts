/**
 * Places in the memory that the kernel and its watchdog share.
 *
 * @module
 */

/** Indices of 32-bit integers. */
export const Slot = {
  /** When the thread of the cells has last handled an interrupt. */
  handledAt: 0,
  /** Whether the code of a cell was stopped and the interrupts so far are answered by that. */
  released: 1,
} as const;
