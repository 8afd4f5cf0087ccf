import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import { split, subset } from "interplay/data";
import { type Classifier, mlp, useBackend } from "interplay/models";
import {
  evaluate,
  type History,
  jupyterDisplay,
  loadCheckpoint,
  type SupervisedOptions,
  type TrainingEvent,
  trainSupervised,
} from "interplay/training";
import {
  FormatError,
  OptionsError,
  ShapeError,
} from "../../lib/core/errors.ts";
import {
  readCheckpoint,
  type SavedTensor,
  writeCheckpoint,
} from "../../lib/training/_checkpoint_file.ts";
import { everythingRun } from "./checkpoint_fixture.ts";
import { cloudModel, clouds } from "./fixtures.ts";

await useBackend("cpu");

/** Runs `body` in a folder of its own. */
async function inFolder(body: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function weightsOf(model: Classifier): number[][] {
  return model.weights.map(({ variable }) => [...variable.dataSync()]);
}

interface Ended {
  readonly history: History;
  readonly weights: number[][];
}

let ended: Promise<Ended> | undefined;

/** The run without a break; it is the same every time. */
function whole(): Promise<Ended> {
  return ended ??= runWhole();
}

async function runWhole(): Promise<Ended> {
  const model = cloudModel();
  const history = await everythingRun(model).run();
  const weights = weightsOf(model);
  model.dispose();
  return { history, weights };
}

function assertSame(actual: Ended, expected: Ended): void {
  assertEquals(actual.weights, expected.weights);
  assertEquals(actual.history.epochs, expected.history.epochs);
  assertEquals(actual.history.stepLosses, expected.history.stepLosses);
  assertEquals(actual.history, expected.history);
}

Deno.test("a run that is broken off anywhere ends with bitwise the same numbers", () =>
  inFolder(async (folder) => {
    const expected = await whole();
    // Before, at, and after a measurement, in the middle of an epoch.
    for (const stop of [5, 6, 37]) {
      const path = join(folder, `${stop}.ckpt`);
      const first = cloudModel();
      for await (const event of everythingRun(first, { path })) {
        if (event.type === "step" && event.step === stop) break;
      }
      first.dispose();
      const model = cloudModel();
      // Whatever it starts from is replaced.
      for (const { variable } of model.weights) {
        tf.tidy(() => variable.assign(tf.zerosLike(variable)));
      }
      const before = tf.memory().numTensors;
      const events: TrainingEvent[] = [];
      const history = await everythingRun(model, { path })
        .run((event) => void events.push(event));
      assertEquals(tf.memory().numTensors, before);
      const [resume] = events;
      assert(resume?.type === "resume" && resume.step === stop);
      assertSame({ history, weights: weightsOf(model) }, expected);
      model.dispose();
    }
  }));

/** Starts the run in a process of its own and kills it, without a warning, at this step. */
async function killedAt(step: number, path: string): Promise<string[]> {
  const script = fromFileUrl(new URL("checkpoint_fixture.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=tests", script, path],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines: string[] = [];
  let rest = "";
  for await (
    const text of child.stdout.pipeThrough(new TextDecoderStream())
  ) {
    rest += text;
    const parts = rest.split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    if (lines.includes(`step ${step}`)) {
      child.kill("SIGKILL");
      break;
    }
  }
  const { signal } = await child.status;
  assertEquals(signal, "SIGKILL");
  return lines;
}

Deno.test("a run that is killed in the middle of an epoch, twice, ends with the same numbers", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.ckpt");
    const first = await killedAt(14, path);
    assertEquals(first[0], "step 1");
    const second = await killedAt(40, path);
    const taken = Number(second[0]?.match(/^resume (\d+)$/)?.[1]);
    assert(taken >= 10 && taken % 5 === 0, second[0]);
    assert((await readCheckpoint(path))!.header.step >= 35);
    const model = cloudModel();
    const history = await everythingRun(model, { path, every: { steps: 5 } })
      .run();
    assertSame({ history, weights: weightsOf(model) }, await whole());
    model.dispose();
    const left = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    assert(left.includes("run.ckpt"));
  }));

const data = clouds();
const quick = { epochs: 2, batchSize: 16, reference: false } as const;

/** A short run with a checkpoint, and the events it told. */
async function short(
  path: string | URL,
  options: SupervisedOptions = {},
  model = cloudModel(),
): Promise<Ended & { kinds: string[] }> {
  const kinds: string[] = [];
  try {
    const history = await trainSupervised(model, data, {
      ...quick,
      checkpoint: { path },
      ...options,
    }).run((event) => void kinds.push(event.type));
    return { history, weights: weightsOf(model), kinds };
  } finally {
    model.dispose();
  }
}

Deno.test("a finished run comes back at once, with its history and its weights", () =>
  inFolder(async (folder) => {
    const path = new URL(`file://${join(folder, "run.ckpt")}`);
    const first = await short(path);
    assertEquals(first.kinds.filter((kind) => kind !== "step"), [
      "epoch",
      "epoch",
      "checkpoint",
      "epoch",
      "checkpoint",
      "end",
    ]);
    const written = (await Deno.stat(path)).mtime;
    const second = await short(path);
    assertEquals(second.kinds, ["resume", "end"]);
    assertSame(second, first);
    assertEquals((await Deno.stat(path)).mtime, written);
  }));

Deno.test("resume: false begins anew", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.ckpt");
    await short(path, { seed: 1 });
    const anew = await short(path, { checkpoint: { path, resume: false } });
    assertEquals(anew.kinds[0], "epoch");
    assertEquals(await readCheckpoint(path).then((x) => x?.header.step), 12);
  }));

Deno.test("a checkpoint of another run is refused, and the message says what differs", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.ckpt");
    await short(path);
    const fewer = split(subset(data.train, [...Array(60).keys()]));
    const cases: [() => Promise<unknown>, RegExp][] = [
      [() => short(path, { seed: 1 }), /with seed 0, received 1 \(/],
      [
        () => short(path, { learningRate: 0.1 }),
        /with learningRate 0.03, received 0.1 \(/,
      ],
      [
        () => short(path, { clipNorm: 1 }),
        /with clipNorm undefined, received 1 \(/,
      ],
      [
        () =>
          short(path, {}, mlp({ inputDimension: 5, hidden: [4], classes: 3 })),
        /with model "mlp\(5-8-6-3, relu, seed 0\)", received "mlp\(5-4-3/,
      ],
      [async () => {
        const model = cloudModel();
        try {
          const checkpoint = { path };
          const options = { ...quick, checkpoint };
          await trainSupervised(model, fewer, options).run();
        } finally {
          model.dispose();
        }
      }, /with train {"name":/],
    ];
    for (const [attempt, pattern] of cases) {
      const error = await assertRejects(attempt, OptionsError);
      assert(
        error.message.startsWith(
          `Cannot train the model: expected the run of the checkpoint ${path}, with `,
        ) && pattern.test(error.message),
        error.message,
      );
    }
  }));

Deno.test("a failed run names the checkpoint that is left", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.ckpt");
    const error = await assertRejects(() =>
      short(path, {
        loss: ({ logits, step }) =>
          tf.mul(tf.mean(logits), step < 8 ? 1 : NaN) as tf.Scalar,
      }), RangeError);
    assertEquals(
      error.message,
      "Cannot train the model: expected a finite loss, received NaN at step 9 " +
        `(try a learning rate below 0.03; the checkpoint of step 6 is ${path})`,
    );
    assertEquals((await readCheckpoint(path))?.header.step, 6);
  }));

const values: SavedTensor[] = [
  { name: "weights/a", shape: [2, 2], values: Float32Array.of(1, -0, NaN, 4) },
  { name: "weights/n", shape: [3], values: Int32Array.of(1, -2, 2 ** 31 - 1) },
  { name: "weights/none", shape: [0, 3], values: new Float32Array() },
];

async function sample() {
  const { history } = await whole();
  const { outcome: _, stepLosses: __, ...rest } = history;
  return {
    step: 72,
    history: { ...rest, epochs: [...rest.epochs] },
    tally: { loss: [Infinity, 3] as [number, number] },
    memory: { threshold: [0.1, -0, NaN, -Infinity] },
  };
}

Deno.test("writeCheckpoint() and readCheckpoint() keep every bit, NaN, −0 and ∞ included", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.ckpt");
    const head = await sample();
    await writeCheckpoint(path, head, values);
    const file = await readCheckpoint(path);
    assertEquals(file?.header.memory, head.memory);
    assertEquals(file?.header.tally, head.tally);
    assertEquals(file?.header.history.epochs, head.history.epochs);
    assertEquals([...file!.tensors.values()], values);
    assertEquals(
      Array.from(Deno.readDirSync(folder), ({ name }) => name),
      ["a.ckpt"],
    );
  }));

Deno.test("writeCheckpoint() that fails leaves the file before it, and nothing else", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.ckpt");
    await writeCheckpoint(path, await sample(), values);
    const before = await Deno.readFile(path);
    const broken = {
      get buffer(): ArrayBuffer {
        throw new Error("disk on fire");
      },
    } as unknown as Float32Array;
    await assertRejects(
      async () =>
        writeCheckpoint(path, await sample(), [
          { name: "x", shape: [1], values: broken },
        ]),
      Error,
      "disk on fire",
    );
    assertEquals(await Deno.readFile(path), before);
    await assertRejects(
      async () =>
        writeCheckpoint(join(folder, "no", "a.ckpt"), await sample(), values),
      Deno.errors.NotFound,
    );
    assertEquals(
      Array.from(Deno.readDirSync(folder), ({ name }) => name),
      ["a.ckpt"],
    );
  }));

Deno.test("readCheckpoint() says what is wrong with a file, at whatever byte", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.ckpt");
    assertEquals(await readCheckpoint(path), undefined);
    await writeCheckpoint(path, await sample(), values);
    const good = await Deno.readFile(path);
    const reading = async (bytes: Uint8Array) => {
      await Deno.writeFile(path, bytes);
      const error = await assertRejects(
        () => readCheckpoint(path),
        FormatError,
      );
      return error.message.replace(path, "PATH");
    };
    const text = new TextEncoder().encode("not a checkpoint at all");
    assertEquals(
      await reading(text),
      'Cannot read PATH: expected a checkpoint (IPLAYCP1), received "not a ch"',
    );
    assertEquals(
      await reading(good.subarray(0, 20)),
      "Cannot read PATH: expected a header, received 20 bytes",
    );
    for (const at of [9, 14, good.length - 40, good.length - 1]) {
      const flipped = good.slice();
      flipped[at] = flipped[at]! ^ 1;
      assert(/expected the checksum/.test(await reading(flipped)), `${at}`);
    }
    assert(/expected the checksum/.test(await reading(good.subarray(0, -1))));
  }));

Deno.test("readCheckpoint() checks the header by its schema", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.ckpt");
    const head = await sample();
    for (
      const [bad, key] of [
        [{ ...head, step: -1 }, "step"],
        [{ ...head, extra: 1 }, "extra"],
        [{ ...head, history: { ...head.history, epochs: [] } }, "epochs"],
        [{ ...head, history: { ...head.history, kind: 3 } }, "kind"],
      ] as const
    ) {
      await writeCheckpoint(path, bad as typeof head, values);
      const error = await assertRejects(
        () => readCheckpoint(path),
        FormatError,
      );
      assert(error.message.includes(key), error.message);
    }
  }));

Deno.test("a checkpoint that lacks a weight is refused before anything goes on", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.ckpt");
    await short(path);
    const {
      header: { format: _, version: __, tensors: ___, ...head },
      tensors,
    } = (await readCheckpoint(path))!;
    const rest = [...tensors.values()].filter(({ name }) =>
      name !== "weights/head/bias"
    );
    await writeCheckpoint(path, head, rest);
    const error = await assertRejects(() => short(path), FormatError);
    assertEquals(
      error.message,
      `Cannot resume from ${path}: expected weights/head/bias [3], received none`,
    );
    assertNotEquals(rest.length, tensors.size);
  }));

Deno.test("loadCheckpoint() gives the history, and the weights of a kind to a model", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.ckpt");
    const model = cloudModel();
    const history = await everythingRun(model, { path }).run();
    const loaded = cloudModel();
    const read = async (weights: "last" | "best" | "average") => {
      const found = await loadCheckpoint(path, { model: loaded, weights });
      assertEquals(found.epochs, history.epochs);
      assertEquals(found.stepLosses, history.stepLosses);
      assertEquals(found.outcome, "stopped");
      return weightsOf(loaded);
    };
    // The run ends with the best weights, here of the average.
    assertEquals(await read("best"), weightsOf(model));
    const [last, average] = [await read("last"), await read("average")];
    const { accuracy, loss } = await evaluate(loaded, data.test);
    const { ema } = history.epochs.at(-1)!;
    assertEquals([accuracy, loss], [ema!.accuracy, ema!.loss]);
    assertNotEquals(last, average);
    const { "text/plain": text } = await (await loadCheckpoint(path))
      [jupyterDisplay]();
    assert(String(text).includes("stopped"));
    for (const each of [model, loaded]) each.dispose();
  }));

Deno.test("loadCheckpoint() says what is not there", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.ckpt");
    const missing = await assertRejects(
      () => loadCheckpoint(path),
      Deno.errors.NotFound,
    );
    assertEquals(
      missing.message,
      `Cannot load ${path}: expected a checkpoint, received no file`,
    );
    await short(path);
    const model = cloudModel();
    const before = weightsOf(model);
    const other = mlp({ inputDimension: 5, hidden: [8, 4], classes: 3 });
    const shape = await assertRejects(
      () => loadCheckpoint(path, { model: other }),
      ShapeError,
    );
    assertEquals(
      shape.message,
      `Cannot load ${path}: expected weights/representation/kernel [8, 4], received [8, 6]`,
    );
    await assertRejects(
      () => loadCheckpoint(path, { model, weights: "average" }),
      ShapeError,
      "received none",
    );
    assertEquals(weightsOf(model), before);
    await assertRejects(
      () => loadCheckpoint(path, { weights: "best" }),
      OptionsError,
      "a model for the weights",
    );
    for (const each of [model, other]) each.dispose();
  }));
