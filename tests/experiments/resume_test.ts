import { setImmediate } from "node:timers";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { FormatError, OptionsError, TensorScope } from "interplay";
import {
  defineExperiment,
  type ExperimentEvent,
  temperatureSweep,
  trainingDynamics,
  verify,
} from "interplay/experiments";
import { trainSupervised } from "interplay/training";
import {
  counting,
  type CountingShape,
  temporaryFolder,
  tiny,
  worked,
} from "./fixtures.ts";

const { permutations: _, ...small } = tiny;
const sweep = { ...small, temperatures: [0.5, 1, 2], seed: 4 } as const;
const dynamics = {
  ...tiny,
  training: { ...tiny.training, epochs: 4 },
  seed: 4,
} as const;

/** Runs until `enough` says so of an event, then aborts. */
async function broken<Event extends ExperimentEvent>(
  start: (signal: AbortSignal) => AsyncIterable<Event>,
  enough: (event: Event) => boolean,
): Promise<void> {
  const controller = new AbortController();
  for await (const event of start(controller.signal)) {
    if (enough(event)) controller.abort();
  }
}

for (const step of [1, 13, 18]) {
  Deno.test(`trainingDynamics() broken off at step ${step} and resumed gives the result of a run that was not`, async () => {
    await using folder = await temporaryFolder();
    const checkpoint = folder.path;
    const whole = await trainingDynamics(dynamics);
    const before = tf.memory().numTensors;
    await broken(
      (signal) => trainingDynamics({ ...dynamics, checkpoint, signal }),
      (event) => event.type === "step" && event.step === step,
    );
    const steps: number[] = [];
    const run = trainingDynamics({ ...dynamics, checkpoint });
    for await (const event of run) {
      if (event.type === "step") steps.push(event.step);
    }
    const resumed = await run;
    assertEquals(resumed, whole);
    assertEquals(steps[0], step + 1);
    assert((await verify(resumed)).ok);
    assertEquals(tf.memory().numTensors, before);
  });
}

Deno.test("temperatureSweep() broken off within a stage goes on in it, and does finished ones no second time", async () => {
  await using folder = await temporaryFolder();
  const checkpoint = folder.path;
  const whole = await temperatureSweep(sweep);
  await broken(
    (signal) => temperatureSweep({ ...sweep, checkpoint, signal }),
    (event) => event.type === "step" && event.step === 15,
  );
  const states: string[] = [];
  const run = temperatureSweep({ ...sweep, checkpoint });
  for await (const event of run) {
    if (event.type === "stage") states.push(event.state);
  }
  assertEquals(states, ["restored", "begun", "finished", "begun", "finished"]);
  const resumed = await run;
  assertEquals(resumed, whole);
  assert((await verify(resumed)).ok); // the weights of restored stages as well
});

Deno.test("a stage whose training was stopped between two events is not finished, whatever its experiment passes on", async () => {
  await using folder = await temporaryFolder();
  const checkpoint = folder.path;
  const quiet = defineExperiment<CountingShape>({
    ...counting.definition,
    name: "quiet",
    stages: () => ["training"],
    run: (lab) =>
      lab.stage("training", async function* () {
        using scope = new TensorScope();
        const model = scope.own(lab.model());
        const { data, signal } = lab;
        const options = { epochs: 2_000, reference: false, signal } as const;
        const run = trainSupervised(model, data, options);
        // It keeps its steps to itself, and with them the one that a stopped training ends with.
        for await (const event of lab.follow(run)) {
          if (event.type !== "step") yield event;
        }
        lab.row("steps", { stage: "training", step: 1, value: 1 });
      }),
  });
  const stop = new AbortController();
  const states: string[] = [];
  const run = quiet({ checkpoint, signal: stop.signal });
  for await (const event of run) {
    if (event.type === "stage") states.push(event.state);
    if (event.type === "epoch" && event.record.epoch === 1) {
      setImmediate(() => stop.abort(new Error("enough")));
    }
  }
  const { outcome, series } = await run;
  assertEquals([outcome, series.steps.step], ["stopped", []]);
  assertEquals(states, ["begun"]);
  const names = [...Deno.readDirSync(checkpoint)].map(({ name }) => name);
  assertEquals(names, ["run.json"]);
});

Deno.test("a finished run comes back from its checkpoint at once, equal, with its time", async () => {
  await using folder = await temporaryFolder();
  const options = { ...tiny, checkpoint: folder.path };
  const first = await trainingDynamics(options);
  let steps = 0;
  const again = trainingDynamics(options);
  for await (const event of again) if (event.type === "step") steps++;
  assertEquals(await again, first);
  assertEquals(steps, 0);
  assert((await again).runtime.seconds >= 0.5 * first.runtime.seconds);
});

Deno.test("rows of NaN, infinite numbers and words survive a checkpoint", async () => {
  await using folder = await temporaryFolder();
  const checkpoint = folder.path;
  const whole = await counting({ seed: 3 });
  await broken(
    (signal) => counting({ seed: 3, checkpoint, signal }),
    (event) => event.type === "row" && event.row["stage"] === "stage 2",
  );
  const before = worked.length;
  assertEquals(await counting({ seed: 3, checkpoint }), whole);
  assertEquals(worked.slice(before), ["stage 2"]);
});

Deno.test("a run that failed goes on from its last finished stage", async () => {
  await using folder = await temporaryFolder();
  const checkpoint = folder.path;
  const failing = counting({ stages: 2, steps: 4, failAt: 4, checkpoint });
  await assertRejects(async () => await failing, RangeError);
  const names = [...Deno.readDirSync(checkpoint)].map(({ name }) => name);
  assertEquals(names, ["run.json"]);
});

Deno.test("a checkpoint of another run is refused, by what differs", async () => {
  await using folder = await temporaryFolder();
  const checkpoint = folder.path;
  await counting({ checkpoint });
  const refused = (options: object, message: string) =>
    assertRejects(
      async () => await counting({ checkpoint, ...options }),
      OptionsError,
      message,
    );
  await refused(
    { seed: 1 },
    "Cannot run counting: expected the checkpoint of a run with seed 1",
  );
  await refused({ steps: 4 }, '"steps":4');
  await refused({ data: { seed: 9 } }, "run with config");
  await refused({ backend: "cpu" }, 'with backend "cpu"');
});

Deno.test("a checkpoint that is damaged says so, and where", async () => {
  await using folder = await temporaryFolder();
  const checkpoint = folder.path;
  await counting({ checkpoint });
  await Deno.writeTextFile(
    `${checkpoint}/1-stage-1.json`,
    '{"name":"stage 1"}',
  );
  await assertRejects(
    async () => await counting({ checkpoint }),
    FormatError,
    "1-stage-1.json",
  );
  await Deno.writeTextFile(`${checkpoint}/run.json`, "{");
  await assertRejects(
    async () => await counting({ checkpoint }),
    FormatError,
    "expected JSON in",
  );
});
