/** One image that is worked on: row-major, height × width × channels. */
export interface Image {
  /** The values; operations replace them in place. */
  readonly pixels: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** As many values, for operations that read where they have written. */
  readonly scratch: Float32Array;
}

/** A copy of the values in `scratch`, to read from. */
export function copied({ pixels, scratch }: Image): Float32Array {
  scratch.set(pixels);
  return scratch;
}

/** Weights of red, green and blue in the grey of a pixel (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114];

/** The grey of the pixel whose first channel is at `at`. */
export function greyAt({ pixels, channels }: Image, at: number): number {
  if (channels !== 3) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += pixels[at + c]!;
    return sum / channels;
  }
  return LUMA[0]! * pixels[at]! + LUMA[1]! * pixels[at + 1]! +
    LUMA[2]! * pixels[at + 2]!;
}
