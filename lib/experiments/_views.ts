import type { MultipleFeatures } from "../data/load_multiple_features.ts";

/** The six descriptions of `loadMultipleFeatures`. */
export const VIEWS: readonly (keyof MultipleFeatures)[] = [
  "factors",
  "fourier",
  "karhunen",
  "morphological",
  "pixels",
  "zernike",
];
