import { assert, assertEquals, assertThrows } from "@std/assert";
import { checksum, type DataSet, syntheticDigits } from "interplay/data";
import { OptionsError } from "../../lib/core/errors.ts";

Deno.test("syntheticDigits() draws the same pixels for a seed, on every machine", () => {
  assertEquals(
    checksum(syntheticDigits({ samples: 100 })),
    "949fbda0ef8edf1d114f86ac50daf9ee327f59c1be619be8a339d951b8d2f62b",
  );
  const options = { seed: 2 ** 40 + 3, samples: 50, size: 20, noise: 0 };
  assertEquals(
    checksum(syntheticDigits(options)),
    "7d88fa495d3d04e50e5c785d6217293f6bb81c657a9c5aa26b6ea03e72a1f87d",
  );
});

Deno.test("syntheticDigits() begins a larger set with the smaller one", () => {
  const small = syntheticDigits({ seed: 5, samples: 37 });
  const large = syntheticDigits({ seed: 5, samples: 90 });
  assertEquals(large.labels.slice(0, 37), small.labels);
  assertEquals(large.inputs.slice(0, small.inputs.length), small.inputs);
});

Deno.test("syntheticDigits() holds each digit once in every ten samples", () => {
  const { labels } = syntheticDigits({ seed: 1, samples: 200, size: 8 });
  const orders = new Set<string>();
  for (let i = 0; i < 200; i += 10) {
    const ten = labels.slice(i, i + 10);
    orders.add(ten.join());
    assertEquals(ten.toSorted(), Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  }
  assert(orders.size > 15);
});

Deno.test("syntheticDigits() keeps grey levels in [0, 1], noise or not", () => {
  for (const noise of [0, 0.05, 2]) {
    const { inputs } = syntheticDigits({ samples: 40, noise });
    assert(inputs.every((x) => x >= 0 && x <= 1));
    assert(inputs.some((x) => x > 0.7));
  }
});

Deno.test("syntheticDigits() leaves the frame dark and puts ink in every image", () => {
  const { inputs } = syntheticDigits({ samples: 500, noise: 0 });
  let border = 0;
  for (let i = 0; i < 500; i++) {
    const image = inputs.subarray(i * 784, (i + 1) * 784);
    assert(image.reduce((a, b) => a + b, 0) > 15, `image ${i} has no ink`);
    for (let k = 0; k < 28; k++) {
      const edge = [k, 27 * 28 + k, 28 * k, 28 * k + 27];
      if (edge.some((p) => image[p]! > 0.5)) border++;
    }
  }
  // Of 14,000; the core of a stroke may come within half a pixel of the frame.
  assert(border < 30, `${border} bright places on the frame`);
});

/** Share of `test` whose nearest class mean in `train` is that of their label. */
function nearestMeanAccuracy(train: DataSet, test: DataSet): number {
  const size = train.inputs.length / train.labels.length;
  const means = Array.from({ length: 10 }, () => new Float64Array(size));
  train.labels.forEach((label, i) =>
    means[label]!.forEach((_, p) =>
      means[label]![p]! += train.inputs[i * size + p]! * 10 /
        train.labels.length
    )
  );
  let right = 0;
  test.labels.forEach((label, i) => {
    const distance = means.map((mean) =>
      mean.reduce((sum, m, p) => sum + (m - test.inputs[i * size + p]!) ** 2, 0)
    );
    if (distance.indexOf(Math.min(...distance)) === label) right++;
  });
  return right / test.labels.length;
}

Deno.test("syntheticDigits() is learnable but not by templates alone", () => {
  const train = syntheticDigits({ seed: 1, samples: 1000 });
  const test = syntheticDigits({ seed: 2, samples: 500 });
  const accuracy = nearestMeanAccuracy(train, test);
  assert(accuracy > 0.55 && accuracy < 0.9, `accuracy ${accuracy}`);
});

Deno.test("syntheticDigits() gets harder with distortion", () => {
  const at = (distortion: number) =>
    nearestMeanAccuracy(
      syntheticDigits({ seed: 1, samples: 1000, distortion }),
      syntheticDigits({ seed: 2, samples: 500, distortion }),
    );
  const [none, usual, wild] = [at(0), at(1), at(2)];
  assert(
    none > usual + 0.05 && usual > wild + 0.05,
    `${none} ${usual} ${wild}`,
  );
});

Deno.test("syntheticDigits() draws the same shapes at twice the size", () => {
  const options = { samples: 20, noise: 0 };
  const small = syntheticDigits({ ...options, size: 28 }).inputs;
  const large = syntheticDigits({ ...options, size: 56 }).inputs;
  let difference = 0;
  for (let i = 0; i < 20; i++) {
    for (let p = 0; p < 784; p++) {
      const [x, y] = [2 * (p % 28), 2 * Math.floor(p / 28)];
      const at = i * 3136 + y * 56 + x;
      const mean = (large[at]! + large[at + 1]! + large[at + 56]! +
        large[at + 57]!) / 4;
      difference += Math.abs(mean - small[i * 784 + p]!);
    }
  }
  assert(difference / small.length < 0.01, `${difference / small.length}`);
});

Deno.test("syntheticDigits() refuses what is out of range or unknown", () => {
  for (
    const options of [{ samples: 0 }, { size: 4 }, { noise: -1 }, { seed: 0.5 }]
  ) {
    const key = Object.keys(options)[0]!;
    assertThrows(() => syntheticDigits(options), OptionsError, key);
  }
  const unknown = { count: 5 } as { samples?: number };
  const error = assertThrows(() => syntheticDigits(unknown), OptionsError);
  assertEquals(
    error.message,
    'Cannot draw digits: ✖ Unrecognized key: "count"',
  );
});
