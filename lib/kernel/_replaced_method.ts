/**
 * A method of somebody else's object, replaced until further notice.
 *
 * @module
 */

type Method = (...args: unknown[]) => unknown;

function isMethod(value: unknown): value is Method {
  return typeof value === "function";
}

/**
 * Puts `make(original)` in the place of `owner[name]`.
 *
 * @returns a function that puts the original back, unless somebody else has replaced the replacement; or
 * `undefined` if there is no such method.
 */
export function replaceMethod(
  owner: object,
  name: string,
  make: (original: Method) => Method,
): (() => void) | undefined {
  const original: unknown = Reflect.get(owner, name);
  if (!isMethod(original)) return undefined;
  const own = Object.hasOwn(owner, name);
  const replacement = make((...args) => original.apply(owner, args));
  if (!Reflect.set(owner, name, replacement)) return undefined;
  return () => {
    if (Reflect.get(owner, name) !== replacement) return;
    if (own) Reflect.set(owner, name, original);
    else Reflect.deleteProperty(owner, name);
  };
}
