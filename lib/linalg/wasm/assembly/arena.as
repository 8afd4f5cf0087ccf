/**
 * One linear memory, handed out from the bottom up and taken back as a whole after every call: nothing
 * can leak, and nothing is freed piece by piece. Its weakness: memory once grown is never given back.
 *
 * @module
 */

let top: usize = (__heap_base + 63) & ~63;
const bottom: usize = (__heap_base + 63) & ~63;

/** Grows the memory so that `bytes` more can be handed out; false where it cannot (4 GiB is the end). */
export function reserve(bytes: f64): bool {
  const end = (<f64> top) + bytes + 64;
  if (end > 4294901760.0) return false;
  const missing = end - <f64> memory.size() * 65536.0;
  return missing <= 0 ||
    memory.grow(<i32> Math.ceil(missing / 65536.0)) >= 0;
}

/**
 * The address of `bytes` fresh bytes, aligned to a cache line, or 0 where the memory cannot grow that
 * far. Not cleared.
 */
export function allocate(bytes: f64): usize {
  if (!reserve(bytes)) return 0;
  const address = top;
  top = (top + <usize> bytes + 63) & ~63;
  return address;
}

/** Takes back everything that was handed out. */
export function release(): void {
  top = bottom;
}

/** The present top, to be given to {@linkcode releaseTo}. */
export function mark(): usize {
  return top;
}

/** Takes back what was handed out since {@linkcode mark} returned `to`. */
export function releaseTo(to: usize): void {
  top = to;
}
