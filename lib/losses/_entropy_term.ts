/**
 * The matrix entropy of one set of representations, on the host.
 *
 * @module
 */

import type { Check } from "../core/check.ts";
import type { MatrixLike } from "../core/matrix.ts";
import { directionsOf, pullBack } from "./_directions.ts";
import { rowEntropy } from "./_row_entropy.ts";
import type { HostTerm } from "./_term.ts";

/** `sign · H`. */
export function entropyTerm(
  check: Check,
  z: MatrixLike,
  sign: 1 | -1,
): HostTerm {
  const directions = directionsOf(check.directions(z, "z"));
  const entropy = rowEntropy(directions);
  const gradients = () => {
    const gradient = entropy.gradient();
    const { data } = gradient;
    for (let k = 0; k < data.length; k++) data[k] = sign * data[k]!;
    return [pullBack(directions, gradient)];
  };
  return { value: sign === 1 ? entropy.value : 0 - entropy.value, gradients };
}
