import { z } from "zod";
import { referenceEffort } from "../metrics/reference.ts";
import type { ClassifierWeight } from "../models/classifier.ts";
import type { AdamWSettings } from "./_adamw.ts";
import type { DecayOf } from "./_optimizer.ts";
import type { SgdSettings } from "./_sgd.ts";
import { evaluationFields, type EvaluationMode } from "./evaluate.ts";
import type { Schedule } from "./schedule.ts";

/** How often something is done. */
export type Interval =
  | {
    /** Every so many passes over the training set. */
    readonly epochs: number;
  }
  | {
    /** Every so many steps. */
    readonly steps: number;
  };

/** How and how often a run is measured. */
export interface EvaluationPlan extends EvaluationMode {
  /** How often, beside before the first step and after the last; `{ epochs: 1 }` if left out. */
  readonly every?: Interval;
}

/** An exponential moving average of the weights over the steps, and what is measured of it. */
export interface EmaOptions {
  /** Share that is kept at each step; 0.999 if left out. */
  readonly decay?: number;
  /**
   * "instead" (if left out): records are those of the averaged weights, and the model has them at the end.
   * "beside": records of the averaged weights stand in `ema` of the others.
   */
  readonly evaluate?: "instead" | "beside";
}

/** When to stop before the end, and with which weights. */
export interface EarlyStopOptions {
  /** A number of the epoch record, by its path: "accuracy", "loss", "mir", "nc1.pinv", "ema.loss". */
  readonly metric: string;
  /** Whether it is better when larger or when smaller. */
  readonly mode: "max" | "min";
  /** Measurements without improvement after which the run stops; left out, it never does. */
  readonly patience?: number;
  /** An improvement smaller than this is none; 0 if left out. */
  readonly minDelta?: number;
  /** Whether the model ends with the weights of the best measurement; true if left out. */
  readonly restore?: boolean;
}

/** Where a run leaves all that it needs to go on. */
export interface CheckpointOptions {
  /** The file. */
  readonly path: string | URL;
  /** How often, beside at the end; `{ epochs: 1 }` if left out. */
  readonly every?: Interval;
  /** Whether to go on from the file where there is one, true if left out; false begins anew and replaces it. */
  readonly resume?: boolean;
}

/** When to compute the yardsticks of MIR, and how well. */
export type ReferencePlan =
  | false
  | "last"
  | "every"
  | {
    /** "last" if left out. */
    readonly when?: "last" | "every";
    /** Repetitions; 5 if left out. */
    readonly permutations?: number;
    /** Of the permutations; 0 if left out. */
    readonly seed?: number;
  };

/** Options that every kind of training has. */
export interface TrainingOptions {
  /** Passes over the training set; 10 if left out (50 for cross-modal training), unless `steps` are given. */
  readonly epochs?: number;
  /** The length of the run in steps instead. */
  readonly steps?: number;
  /** The largest; 0.03 for SGD (0.002 for cross-modal training) and 0.001 for AdamW if left out. */
  readonly learningRate?: number;
  /** Its course over the run; "cosine" if left out, and "fixMatch" for semi-supervised training. */
  readonly schedule?: Schedule;
  /** Steps in which the learning rate rises to its largest; 0 if left out. */
  readonly warmup?: number;
  /** "sgd" if left out. */
  readonly optimizer?: "sgd" | "adamw";
  /** Of SGD; 0.9 if left out. */
  readonly momentum?: number;
  /** Whether the momentum of SGD is that of Nesterov; for semi-supervised training alone if left out. */
  readonly nesterov?: boolean;
  /** Of AdamW: decay of its mean and of its square; `[0.9, 0.999]` if left out. */
  readonly betas?: readonly [number, number];
  /** Of AdamW, in its denominator; 1e-8 if left out. */
  readonly epsilon?: number;
  /** 5e-4 for SGD, where it adds to the gradient, and 0.01 for AdamW, where it does not, if left out. */
  readonly weightDecay?: number;
  /** "matrices" (if left out): kernels and matrices decay, biases and scales, which have one axis, do not. */
  readonly decayed?: DecayOf;
  /** Gradients longer than this, all weights taken together, are scaled down to it; not if left out. */
  readonly clipNorm?: number;
  /** Averages the weights over the steps; for semi-supervised training alone if left out. */
  readonly ema?: false | EmaOptions;
  /** How and how often to measure. */
  readonly evaluation?: EvaluationPlan;
  /**
   * When to compute the yardsticks of MIR, which cost several eigen-decompositions: at the "last"
   * measurement (if left out), at "every" one, or never; as an object with their effort.
   */
  readonly reference?: ReferencePlan;
  /** Stops before the end when a metric no longer improves, and restores the best weights; not if left out. */
  readonly earlyStop?: EarlyStopOptions;
  /** Keeps the run in a file, from which it goes on after a break; not if left out. */
  readonly checkpoint?: CheckpointOptions;
  /** Called after each step with all weights, which it may change: to keep pruned ones at 0, say. */
  readonly afterStep?: (
    weights: readonly ClassifierWeight[],
    step: number,
  ) => void;
  /** Fixes the order of the samples, and whatever else is drawn; 0 if left out. */
  readonly seed?: number;
  /** Stops the run before its next step; what was recorded stays. */
  readonly signal?: AbortSignal;
}

const interval = z.union([
  z.strictObject({ epochs: z.int().positive() }),
  z.strictObject({ steps: z.int().positive() }),
]);

/** The schema of {@linkcode ReferencePlan}. */
export const referencePlan = z.union([
  z.literal(false),
  z.enum(["last", "every"]).transform((when) => ({
    when,
    permutations: 5,
    seed: 0,
  })),
  referenceEffort.extend({ when: z.enum(["last", "every"]).default("last") }),
]);

/** A function among options. */
export function hook<T>(): z.ZodType<T> {
  return z.custom<T>((x) => typeof x === "function", "expected a function");
}

/** The fields of {@linkcode TrainingOptions} for a schema whose other fields stand beside them. */
export const trainingFields = {
  epochs: z.int().positive().optional(),
  steps: z.int().positive().optional(),
  learningRate: z.number().positive().optional(),
  schedule: z.enum(["constant", "cosine", "fixMatch"]).optional(),
  warmup: z.int().nonnegative().default(0),
  optimizer: z.enum(["sgd", "adamw"]).default("sgd"),
  momentum: z.number().min(0).lt(1).optional(),
  nesterov: z.boolean().optional(),
  betas: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .optional(),
  epsilon: z.number().positive().optional(),
  weightDecay: z.number().nonnegative().optional(),
  decayed: z.enum(["matrices", "all"]).default("matrices"),
  clipNorm: z.number().positive().optional(),
  ema: z.union([
    z.literal(false),
    z.strictObject({
      decay: z.number().min(0).lt(1).default(0.999),
      evaluate: z.enum(["instead", "beside"]).default("instead"),
    }),
  ]).optional(),
  evaluation: z.strictObject({
    ...evaluationFields,
    every: interval.default({ epochs: 1 }),
  }).prefault({}),
  reference: referencePlan.prefault("last"),
  earlyStop: z.strictObject({
    metric: z.string().min(1),
    mode: z.enum(["max", "min"]),
    patience: z.int().positive().optional(),
    minDelta: z.number().nonnegative().default(0),
    restore: z.boolean().default(true),
  }).optional(),
  checkpoint: z.strictObject({
    path: z.union([z.string().min(1), z.instanceof(URL)]),
    every: interval.default({ epochs: 1 }),
    resume: z.boolean().default(true),
  }).optional(),
  afterStep: hook<NonNullable<TrainingOptions["afterStep"]>>().optional(),
  seed: z.int().default(0),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
};

type Fields = z.output<z.ZodObject<typeof trainingFields>>;

const only = {
  sgd: ["momentum", "nesterov"],
  adamw: ["betas", "epsilon"],
} as const;

/** What a kind of training has where nothing is said. */
export interface KindDefaults {
  readonly epochs: number;
  readonly schedule: Schedule;
  readonly ema: false | { decay: number; evaluate: "instead" | "beside" };
  /** Of SGD. */
  readonly nesterov: boolean;
  /** Of SGD. */
  readonly learningRate: number;
}

const plainDefaults: KindDefaults = {
  epochs: 10,
  schedule: "cosine",
  ema: false,
  nesterov: false,
  learningRate: 0.03,
};

function misfits(options: Fields): [key: string, message: string][] {
  const other = options.optimizer === "sgd" ? "adamw" : "sgd";
  const stray = only[other].filter((key) => options[key] !== undefined);
  return [
    ...stray.map((key): [string, string] => [
      key,
      `expected with optimizer "${other}" alone`,
    ]),
    ...(options.epochs !== undefined && options.steps !== undefined
      ? [["steps", "expected without epochs"] as [string, string]]
      : []),
  ];
}

/**
 * A schema of these fields and those of one kind of training: what does not go together is an error, and what
 * was left out is filled in, so that the output is a valid input.
 */
export function trainingSchema<S extends z.ZodRawShape>(
  fields: S,
  own: Partial<KindDefaults> = {},
) {
  const kind = { ...plainDefaults, ...own };
  return z.strictObject({ ...trainingFields, ...fields })
    .superRefine((options, context) => {
      for (const [key, message] of misfits(options as Fields)) {
        context.addIssue({ code: "custom", path: [key], message });
      }
    })
    .transform((options) => filledIn(options, kind));
}

/** What an optimizer has where nothing is said. */
function optimizerDefaults(
  optimizer: "sgd" | "adamw",
  { learningRate, nesterov }: KindDefaults,
) {
  return optimizer === "sgd"
    ? { learningRate, momentum: 0.9, nesterov, weightDecay: 5e-4 }
    : {
      learningRate: 1e-3,
      betas: [0.9, 0.999],
      epsilon: 1e-8,
      weightDecay: 0.01,
    };
}

function filledIn<T>(
  options: T,
  kind: KindDefaults,
): Omit<T, keyof Fields> & CompleteOptions {
  const { optimizer, steps } = options as Fields;
  const given = Object.entries(options as Fields)
    .filter(([, x]) => x !== undefined);
  return {
    ...(steps === undefined ? { epochs: kind.epochs } : {}),
    schedule: kind.schedule,
    ema: kind.ema,
    ...optimizerDefaults(optimizer, kind),
    ...Object.fromEntries(given),
  } as unknown as Omit<T, keyof Fields> & CompleteOptions;
}

/** What is there once defaults are filled in. */
type Filled =
  & { learningRate: number; schedule: Schedule; ema: KindDefaults["ema"] }
  & (
    | ({ optimizer: "sgd" } & SgdSettings)
    | ({ optimizer: "adamw" } & AdamWSettings)
  );

/** Options that every kind of training has, complete. */
export type CompleteOptions =
  & Omit<
    Fields,
    | "optimizer"
    | "learningRate"
    | "schedule"
    | "ema"
    | keyof SgdSettings
    | keyof AdamWSettings
  >
  & Filled;

/** An interval in steps. */
export function inSteps(every: Interval, stepsPerEpoch: number): number {
  return "steps" in every ? every.steps : every.epochs * stepsPerEpoch;
}

/** Length of a run in steps. */
export function stepsOf(
  { epochs, steps }: Pick<CompleteOptions, "epochs" | "steps">,
  stepsPerEpoch: number,
): number {
  return steps ?? epochs! * stepsPerEpoch;
}

/** Options as a history keeps them: functions by their name, without what is no part of the mathematics. */
export function recordedOptions(
  options: Partial<CompleteOptions>,
): Record<string, unknown> {
  const { signal: _, checkpoint: __, ...rest } = options;
  return Object.fromEntries(
    Object.entries(rest).filter(([, x]) => x !== undefined).map(([key, x]) => [
      key,
      typeof x === "function" ? `function ${x.name}`.trim() : x,
    ]),
  );
}
