/**
 * The costly metrics in a worker: a notebook stays alive meanwhile, Interrupt and progress work, and
 * several calls at once use several cores. Where no worker may be started the same numbers come without
 * one.
 *
 * @module
 */

import { Check } from "../core/check.ts";
import type { Head, MatrixLike, VectorLike } from "../core/matrix.ts";
import { inWorker } from "./_pool.ts";
import {
  type InterplayOptions,
  type InterplayRecord,
  showInterplay,
} from "./interplay.ts";
import type { EntropyOptions } from "./matrix_entropy.ts";
import type { OrderOptions } from "./mutual_information.ts";
import { type Report, type ReportOptions, showReport } from "./report.ts";

/** Options of every asynchronous form, beside those of the metric. */
export interface AsyncOptions {
  /** Ends the computation; the promise is rejected with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** A matrix as it can be cloned: tensors and ml-matrix matrices have methods and cannot. */
function plain(check: Check, value: MatrixLike, name: string) {
  const { data, shape } = check.matrix(value, name);
  return { data, shape };
}

function plainHead(check: Check, head: Head): Head {
  const { weights, bias } = check.head(head);
  const { data, shape } = weights;
  return { weights: { data, shape }, ...(bias === undefined ? {} : { bias }) };
}

/** Options of the metric, and the signal. */
function parted<T extends AsyncOptions>(
  options: T,
): [Omit<T, "signal">, AbortSignal | undefined] {
  const { signal, ...rest } = options;
  return [rest, signal];
}

/**
 * {@linkcode matrixEntropy} in a worker, in nats.
 *
 * Cost: that of the metric, a copy of the input, and about a tenth of a second to start a worker.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param options As there, and a signal.
 * @returns In `[0, log min(N, d)]`.
 * @throws {ShapeError} As there; errors reject the promise.
 *
 * @example
 * ```ts
 * import { matrixEntropyAsync } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(await matrixEntropyAsync([[1, 0], [0, 2]]), Math.log(2), 1e-14);
 * ```
 */
export async function matrixEntropyAsync(
  Z: MatrixLike,
  options: EntropyOptions & AsyncOptions = {},
): Promise<number> {
  const check = new Check("compute the matrix entropy");
  const [rest, signal] = parted(options);
  return await inWorker({
    metric: "matrixEntropy",
    args: [plain(check, Z, "Z"), rest],
  }, signal);
}

async function pairInWorker(
  metric: "matrixMutualInformation" | "mir" | "hdr",
  views: readonly [MatrixLike, MatrixLike],
  options: OrderOptions & AsyncOptions,
): Promise<number> {
  const check = new Check(`compute ${metric} in a worker`);
  const [rest, signal] = parted(options);
  const args = [
    plain(check, views[0], "Z1"),
    plain(check, views[1], "Z2"),
    rest,
  ];
  return await inWorker({ metric, args }, signal);
}

/**
 * {@linkcode matrixMutualInformation} in a worker, in nats.
 *
 * @param Z1 Representations, `[N, d₁]`, no zero row.
 * @param Z2 Representations of the same samples, `[N, d₂]`, no zero row.
 * @param options As there, and a signal.
 * @returns In `[0, min(H(K₁), H(K₂))]`.
 * @throws {ShapeError} As there; errors reject the promise.
 *
 * @example
 * ```ts
 * import { matrixMutualInformationAsync } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const right = [[1, 0], [0, 1]];
 * assertAlmostEquals(await matrixMutualInformationAsync(right, right), Math.log(2), 1e-14);
 * ```
 */
export async function matrixMutualInformationAsync(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: OrderOptions & AsyncOptions = {},
): Promise<number> {
  return await pairInWorker("matrixMutualInformation", [Z1, Z2], options);
}

/**
 * {@linkcode mir} in a worker, without unit.
 *
 * @param Z1 Representations, `[N, d₁]`, no zero row.
 * @param Z2 Representations of the same samples, `[N, d₂]`, no zero row.
 * @param options As there, and a signal.
 * @returns In `[0, 1]`, or `NaN`.
 * @throws {ShapeError} As there; errors reject the promise.
 *
 * @example
 * ```ts
 * import { mirAsync } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(await mirAsync([[1, 0], [0, 1]], [[1, 1], [1, 0]]), 1, 1e-14);
 * ```
 */
export async function mirAsync(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: OrderOptions & AsyncOptions = {},
): Promise<number> {
  return await pairInWorker("mir", [Z1, Z2], options);
}

/**
 * {@linkcode hdr} in a worker, without unit.
 *
 * @param Z1 Representations, `[N, d₁]`, no zero row.
 * @param Z2 Representations of the same samples, `[N, d₂]`, no zero row.
 * @param options As there, and a signal.
 * @returns In `[0, 1]`, or `NaN`.
 * @throws {ShapeError} As there; errors reject the promise.
 *
 * @example
 * ```ts
 * import { hdrAsync } from "interplay/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await hdrAsync([[1, 0], [0, 1]], [[1, 1], [2, 2]]), 1);
 * ```
 */
export async function hdrAsync(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: OrderOptions & AsyncOptions = {},
): Promise<number> {
  return await pairInWorker("hdr", [Z1, Z2], options);
}

/**
 * {@linkcode interplay} in a worker: entropies in nats, MIR, HDR and their references.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param labels `[N]`, integers in `[0, C)`.
 * @param head `weights [C, d]`.
 * @param options As there, and a signal.
 * @returns The record; it shows itself as a table.
 * @throws {ShapeError} As there; errors reject the promise.
 *
 * @example
 * ```ts
 * import { interplayAsync } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = [[1, 0], [0, 1]];
 * const record = await interplayAsync(rows, [0, 1], { weights: rows });
 * assertAlmostEquals(record.mir, 1, 1e-14);
 * ```
 */
export async function interplayAsync(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
  options: InterplayOptions & AsyncOptions = {},
): Promise<InterplayRecord> {
  const check = new Check("compute the interplay");
  const [rest, signal] = parted(options);
  const integers = check.labels(labels, "labels");
  const args = [plain(check, Z, "Z"), integers, plainHead(check, head), rest];
  return showInterplay(await inWorker({ metric: "interplay", args }, signal));
}

/**
 * {@linkcode report} in a worker; entropies and rates in nats.
 *
 * @param Z Representations, `[N, d]`, `N` at least 4, no zero row.
 * @param labels `[N]`, integers in `[0, C)`, every class at least once.
 * @param head `weights [C, d]` and, if it has one, `bias [C]`.
 * @param options As there, and a signal.
 * @returns The record; it shows itself as a table.
 * @throws {ShapeError} As there; errors reject the promise.
 *
 * @example
 * ```ts
 * import { Random, reportAsync } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * const random = new Random(1);
 * const Z = Array.from({ length: 40 }, () => Array.from(random.normals(3)));
 * const head = { weights: [[1, 0, 0], [0, 1, 0]] };
 * const everything = await reportAsync(Z, Z.map((_, i) => i % 2), head);
 * assertEquals(everything.samples, 40);
 * ```
 */
export async function reportAsync(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
  options: ReportOptions & AsyncOptions = {},
): Promise<Report> {
  const check = new Check("make the report");
  const [rest, signal] = parted(options);
  const integers = check.labels(labels, "labels");
  const args = [plain(check, Z, "Z"), integers, plainHead(check, head), rest];
  return showReport(await inWorker({ metric: "report", args }, signal));
}
