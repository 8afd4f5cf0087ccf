/** Anything that holds memory until it is disposed: a tensor, a variable, a model. */
export interface Owned {
  /** Gives the memory back. */
  dispose(): void;
}

/**
 * Owns tensors through an async body, where `tf.tidy` cannot: disposes them when the block is left, by
 * return, by throw, or by the end of a generator.
 *
 * @example
 * ```ts
 * import { TensorScope } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * const tensor = (name: string) => ({ dispose: () => log.push(name) });
 * try {
 *   using scope = new TensorScope();
 *   scope.own(tensor("first"));
 *   scope.own(tensor("second"));
 *   throw new Error("in the middle");
 * } catch {
 *   assertEquals(log, ["second", "first"]);
 * }
 * ```
 */
export class TensorScope implements Disposable {
  #owned: Owned[] = [];

  /** Takes `value` into the scope and hands it back. */
  own<T extends Owned>(value: T): T {
    this.#owned.push(value);
    return value;
  }

  /** Disposes everything owned, the last first; owned values must not be disposed by anyone else. */
  [Symbol.dispose](): void {
    for (const value of this.#owned.splice(0).reverse()) value.dispose();
  }
}
