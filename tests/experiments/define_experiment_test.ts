import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  defineExperiment,
  type ExperimentEvent,
  trainingDynamics,
} from "interplay/experiments";
import {
  interrupt,
  jupyterDisplay,
  OptionsError,
  TensorScope,
  useBackend,
} from "interplay";
import { registry } from "../../lib/experiments/_registry.ts";
import { evaluate } from "interplay/training";
import { counting, type CountingShape, tiny, worked } from "./fixtures.ts";

async function events(
  run: AsyncIterable<ExperimentEvent>,
): Promise<ExperimentEvent[]> {
  const seen: ExperimentEvent[] = [];
  for await (const event of run) seen.push(event);
  return seen;
}

Deno.test("an experiment refuses what is no field of its configuration, and says where", () => {
  const bad = (options: object, message: string) =>
    assertThrows(
      () => trainingDynamics(options),
      OptionsError,
      message,
    );
  bad(
    { epochs: 3 },
    'Cannot run trainingDynamics: ✖ Unrecognized key: "epochs"',
  );
  bad({ training: { epochs: 0 } }, "at training.epochs");
  bad(
    { training: { seed: 1 } },
    "the experiment decides\n  → at training.seed",
  );
  bad(
    { data: { kind: "gaussian", hidden: [1] } },
    'Unrecognized key: "hidden"',
  );
  bad({ data: { kind: "elsewhere" } }, "at data.kind");
  bad({ seed: 0.5 }, "at seed");
  bad({ preset: "slow" }, "at preset");
  bad({ backend: "abacus" }, "at backend");
});

for (const [name, experiment] of registry) {
  Deno.test(`${name} has presets that its schema completes, and completes to themselves`, () => {
    const { definition } = experiment;
    assertEquals(definition.name, name);
    assertEquals(experiment.name, name);
    for (const preset of ["quick", "paper"] as const) {
      const { config } = experiment({ preset });
      assertEquals(definition.schema.parse(config), config);
      assertEquals(JSON.parse(JSON.stringify(config)), config);
      const stages = definition.stages(config);
      assertEquals(new Set(stages).size, stages.length);
    }
  });

  Deno.test(`${name} says what the paper has, claim by claim`, () => {
    const { paper } = experiment.definition;
    assert(paper.source.includes("2409.16767"));
    for (const { statement, paper: found } of Object.values(paper.claims)) {
      assert(statement.length > 10 && found.length > 3);
    }
  });
}

Deno.test("overrides reach any depth, replace lists whole, and records of another kind as well", () => {
  const { config } = trainingDynamics({
    model: { hidden: [3] },
    training: { learningRate: 0.5 },
    data: { train: 100 },
  });
  assertEquals(config.model, {
    kind: "mlp",
    hidden: [3],
    activation: "relu",
  });
  assertEquals(config.training.learningRate, 0.5);
  assertEquals(config.training.epochs, 10);
  assertEquals(config.data.kind, "mnistOrDrawn");
  assertEquals([config.data.train, config.data.test], [100, 2000]);
  const other = trainingDynamics({ data: { kind: "gaussian" } }).config;
  assertEquals([other.data.kind, other.data.train], ["gaussian", 240]);
});

Deno.test("overrides of epochs take the place of steps, and the other way round", () => {
  const { training } = trainingDynamics({
    training: { steps: 7, evaluation: { every: { epochs: 2 } } },
  }).config;
  assertEquals([training.steps, training.epochs], [7, undefined]);
  assertEquals(training.evaluation.every, { epochs: 2 });
  const paper = trainingDynamics({ preset: "paper", training: { epochs: 1 } });
  assertEquals(paper.config.training.epochs, 1);
  assertEquals(paper.config.training.evaluation.every, { steps: 5000 });
  assertThrows(
    () => trainingDynamics({ training: { epochs: 1, steps: 7 } }),
    OptionsError,
    "expected without epochs",
  );
});

Deno.test("a run begins when it is awaited, and not before", async () => {
  const before = worked.length;
  const run = counting({ stages: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(worked.length, before);
  assertEquals(run.result, undefined);
  assertThrows(() => run.history, Error, "expected one that has begun");
  const result = await run;
  assertEquals(worked.length, before + 1);
  assert(await run === result && run.result === result);
  assert(run.history === result);
});

Deno.test("a run tells of its stages, steps and rows, and of its result last", async () => {
  const seen = await events(counting({ stages: 2, steps: 1 }));
  assertEquals(seen.map((event) => event.type), [
    ...["stage", "row", "step", "stage"],
    ...["stage", "row", "step", "stage"],
    "result",
  ]);
  const steps = seen.filter((event) => event.type === "step");
  assertEquals(steps.map(({ step, steps }) => step / steps), [0.5, 1]);
  const stages = seen.filter((event) => event.type === "stage");
  assertEquals(stages.map(({ index, state }) => [index, state]), [
    [1, "begun"],
    [1, "finished"],
    [2, "begun"],
    [2, "finished"],
  ]);
});

Deno.test("a run that is looked at meanwhile shows what it has found so far", async () => {
  const run = counting({ stages: 1 });
  const counts: number[] = [];
  for await (const event of run) {
    if (event.type === "row") counts.push(run.history.summary.steps);
    if (event.type === "row") assertEquals(run.history.outcome, "running");
  }
  assertEquals(counts, [1, 2, 3]);
});

Deno.test("a run that is left by its reader has stopped, with what there is", async () => {
  const run = counting({ stages: 2 });
  for await (const event of run) {
    if (event.type === "row" && event.row["step"] === 2) break;
  }
  const { outcome, series } = await run;
  assertEquals(outcome, "stopped");
  assertEquals(series.steps.step, [1, 2]);
});

Deno.test("a run that is aborted is no error: its result holds what there is", async () => {
  const controller = new AbortController();
  const run = counting({ stages: 2, signal: controller.signal });
  for await (const event of run) {
    if (event.type === "row" && event.row["stage"] === "stage 2") {
      controller.abort();
    }
  }
  const { outcome, summary, claims } = await run;
  assertEquals(outcome, "stopped");
  assertEquals(summary.steps, 4);
  assertEquals(claims.map(({ holds }) => holds), [false, null]);
});

Deno.test("a run that is interrupted while it measures has stopped, and not failed", async () => {
  const measuring = defineExperiment<CountingShape>({
    ...counting.definition,
    name: "measuring",
    async *run(lab) {
      yield lab.row("steps", { stage: "first", step: 1, value: 1 });
      setTimeout(() => asked.push(interrupt().asked));
      using scope = new TensorScope();
      const model = scope.own(lab.model());
      await evaluate(model, lab.data.test, { batchSize: 1 });
      yield lab.row("steps", { stage: "never", step: 2, value: 2 });
    },
  });
  const asked: number[] = [];
  const { outcome, series } = await measuring({});
  assertEquals([outcome, series.steps.stage, asked], ["stopped", ["first"], [
    2,
  ]]);
});

Deno.test("a run hears the interrupt of the kernel", async () => {
  const run = counting({ stages: 2 });
  for await (const event of run) {
    if (event.type === "step") assertEquals(interrupt().asked, 1);
  }
  assertEquals((await run).outcome, "stopped");
});

Deno.test("a run that fails rejects whoever awaits it, and keeps what it had found", async () => {
  const run = counting({ failAt: 3 });
  await assertRejects(async () => await run, RangeError, "step 3 is broken");
  await assertRejects(async () => await run, RangeError, "step 3 is broken");
  assertEquals(run.result?.outcome, "failed");
  assertEquals(run.result?.summary.steps, 2);
});

Deno.test("trainingDynamics() gives equal results for equal seeds, whatever time they took, and leaks no tensor", async () => {
  const first = await trainingDynamics({ ...tiny, seed: 1 });
  const before = tf.memory().numTensors;
  const again = await trainingDynamics({ ...tiny, seed: 1 });
  const other = await trainingDynamics({ ...tiny, seed: 2 });
  assertEquals(tf.memory().numTensors, before);
  assertEquals(again, first);
  assertEquals(JSON.stringify(again), JSON.stringify(first));
  assertNotEquals(other.series, first.series);
  assertEquals(other.data, first.data);
  assert(again.runtime.seconds > 0);
  assert(!Object.keys(again).includes("runtime"));
});

Deno.test("two runs at once in one thread do not disturb each other", async () => {
  const run = (seed: number) => trainingDynamics({ ...tiny, seed });
  const [first, second] = await Promise.all([run(1), run(2)]);
  assertEquals(first, await run(1));
  assertEquals(second, await run(2));
});

Deno.test("an experiment whose backend another takes fails, and says so; the other goes on", async () => {
  const told = await Promise.all(
    (["wasm", "cpu"] as const).map((backend) =>
      trainingDynamics({ ...tiny, backend })
        .then((result) => result.backend, String)
    ),
  );
  await useBackend("wasm");
  assertEquals(told, [
    "Error: Cannot run trainingDynamics: expected the wasm backend to the end, received cpu (one at a time for all)",
    "cpu",
  ]);
});

Deno.test("trainingDynamics() says how it was made", async () => {
  const result = await trainingDynamics({ ...tiny, seed: 3 });
  assertEquals(result.call, { preset: "quick", overrides: { ...tiny } });
  assertEquals(result.backend, tf.getBackend());
  assertEquals(result.versions.deno, Deno.version.deno);
  assertEquals(result.data.test.samples, 48);
  assertEquals(result.data.test.checksum.length, 64);
  assertEquals(result.outcome, "completed");
  for (const [table, columns] of Object.entries(result.series)) {
    const units = Object.entries(result.units).find(([name]) => name === table)
      ?.[1];
    assertEquals(Object.keys(units ?? {}), Object.keys(columns));
  }
  const text = String((await result[jupyterDisplay]())["text/plain"]);
  for (const { statement } of result.claims) assert(text.includes(statement));
});

Deno.test("trainingDynamics() that is stopped in training keeps its epochs", async () => {
  const controller = new AbortController();
  const before = tf.memory().numTensors;
  const run = trainingDynamics({
    ...tiny,
    training: { ...tiny.training, epochs: 5 },
    signal: controller.signal,
  });
  for await (const event of run) {
    if (event.type === "epoch" && event.record.epoch === 2) controller.abort();
  }
  const { outcome, series, summary, evaluations } = await run;
  assertEquals(outcome, "stopped");
  assertEquals(series.epochs.epoch, [0, 1, 2]);
  assertEquals(series.references.reference, []);
  assertEquals(evaluations, []);
  assert(Number.isNaN(summary.mirCalibrated) && summary.mir > 0);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("defineExperiment() refuses a field that every run has as an option", () => {
  const { definition } = counting;
  assertThrows(
    () =>
      defineExperiment({
        ...definition,
        presets: { ...definition.presets, quick: { seed: 1 } as never },
      }),
    Error,
    "expected a configuration without `seed`",
  );
});

Deno.test("a stage that is not announced, and work outside of stages, are errors of the definition", async () => {
  const { definition } = counting;
  const broken = defineExperiment({
    ...definition,
    run: (lab) => lab.stage("another", async function* () {}),
  });
  await assertRejects(
    async () => await broken(),
    Error,
    "expected one of stage 1, stage 2, received another",
  );
  const loose = defineExperiment({
    ...definition,
    // deno-lint-ignore require-yield
    run: async function* (lab) {
      await Promise.resolve();
      lab.step({ step: 1, steps: 2 });
    },
  });
  await assertRejects(
    async () => await loose(),
    Error,
    "expected a stage under way",
  );
});
