/**
 * The effect of importing `interplay/kernel`.
 *
 * @module
 */

import { register } from "./register.ts";

register();
