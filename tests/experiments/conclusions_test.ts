import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  labelSmoothing,
  temperatureSweep,
  trainingDynamics,
} from "interplay/experiments";
import { claimsOf, testRecord } from "./hand_made.ts";

const data = { train: testRecord(10), test: testRecord(10) };

/** Rows of zeros with these columns in place of some. */
function rows<Columns extends string>(
  units: Readonly<Record<Columns, string>>,
  columns: Partial<Record<Columns, readonly number[]>>,
): Record<Columns, number>[] {
  const names = Object.keys(units) as Columns[];
  const given = Object.values<readonly number[] | undefined>(columns);
  const length = Math.max(...given.map((column) => column?.length ?? 0));
  return Array.from(
    { length },
    (_, i) =>
      Object.fromEntries(
        names.map((name) => [name, columns[name]?.[i] ?? 0]),
      ) as Record<Columns, number>,
  );
}

const dynamics = trainingDynamics.definition;

function dynamicsOf(
  epochs: Partial<Record<keyof typeof dynamics.units.epochs, number[]>>,
  collapse = { mir: 0.952, entropy: 2.197 },
) {
  return dynamics.conclude({
    config: trainingDynamics().config,
    data,
    rows: {
      epochs: rows(dynamics.units.epochs, epochs),
      references: [
        {
          reference: "collapse",
          hdr: 0,
          hdrSd: 0,
          mirSd: 0,
          mutualInformation: 2,
          ...collapse,
        },
        {
          reference: "shuffled",
          hdr: 0,
          hdrSd: 0,
          mirSd: 0,
          mutualInformation: 0,
          mir: 0.1,
          entropy: NaN,
        },
      ],
    },
  });
}

Deno.test("trainingDynamics judges the run of the paper as the paper does", () => {
  const conclusion = dynamicsOf({
    accuracy: [0.1, 0.6, 0.8, 0.95],
    mir: [0.2, 0.4, 0.5, 0.55],
    hdr: [0.9, 0.5, 0.3, 0.2],
    entropyRepresentations: [0.1, 1.5, 2.2, 2.45],
    entropyHead: [2.2, 1.4, 1.8, 2],
  });
  assertEquals(Object.values(claimsOf(conclusion)), new Array(6).fill(true));
  const { summary } = conclusion;
  assertEquals(summary.mir, 0.55);
  assertAlmostEquals(
    summary.mirCalibrated,
    (0.55 - 0.1) / (0.952 - 0.1),
    1e-12,
  );
  assert(summary.mirWithAccuracy > 0.9 && summary.hdrWithAccuracy < -0.9);
});

Deno.test("trainingDynamics says no to a run that goes the other way", () => {
  const conclusion = dynamicsOf({
    accuracy: [0.1, 0.6, 0.8, 0.95],
    mir: [0.9, 0.93, 0.94, 0.95].toReversed(),
    hdr: [0.1, 0.2, 0.3, 0.4],
    entropyRepresentations: [2.2, 2.2, 2.2, 2.2],
    entropyHead: [2.2, 2.2, 2.2, 2.2],
  });
  assertEquals(claimsOf(conclusion), {
    mirRises: false,
    hdrFalls: false,
    collapseNotReached: true, // 0.9 is 0.05 away
    entropiesMissCollapse: false,
    featureEntropyRises: false,
    headEntropyDips: false,
  });
});

Deno.test("experiments leave open what a run without rows cannot tell", () => {
  const found = [
    dynamics.conclude({
      config: trainingDynamics().config,
      data,
      rows: { epochs: [], references: [] },
    }),
    temperatureSweep.definition.conclude({
      config: temperatureSweep().config,
      data,
      rows: { temperatures: [], epochs: [], references: [] },
    }),
    labelSmoothing.definition.conclude({
      config: labelSmoothing().config,
      data,
      rows: { smoothings: [] },
    }),
  ];
  for (const { claims, summary, charts } of found) {
    for (const { holds } of Object.values(claims)) assertEquals(holds, null);
    for (const value of Object.values(summary)) {
      assert(!Number.isFinite(value));
    }
    assert(charts.length > 0);
  }
});

Deno.test("temperatureSweep sees trends over temperatures, in either direction", () => {
  const { definition } = temperatureSweep;
  const conclude = (reverse: boolean) => {
    const order = (values: number[]) => reverse ? values.toReversed() : values;
    return definition.conclude({
      config: temperatureSweep({ temperatures: [0.1, 1, 5, 10] }).config,
      data,
      rows: {
        temperatures: rows(definition.units.temperatures, {
          temperature: [0.1, 1, 5, 10],
          accuracy: reverse ? [0.8, 0.9, 0.9, 0.9] : [0.94, 0.95, 0.95, 0.95],
          entropyRepresentations: order([3.2, 2.5, 2.1, 1.85]),
          silhouette: order([0.1, 0.2, 0.3, 0.4]),
          daviesBouldin: order([2, 1.5, 1.2, 1]),
        }),
        epochs: [],
        references: [],
      },
    });
  };
  const all = (holds: boolean) => ({
    entropyFalls: holds,
    accuracyStays: holds,
    silhouetteRises: holds,
    daviesBouldinFalls: holds,
  });
  assertEquals(claimsOf(conclude(false)), all(true));
  assertEquals(claimsOf(conclude(true)), all(false));
  assertEquals(conclude(false).summary.entropyAtHighest, 1.85);
});

Deno.test("labelSmoothing says whether numbers stay within 0.05 of each other", () => {
  const { definition } = labelSmoothing;
  const conclusion = definition.conclude({
    config: labelSmoothing().config,
    data,
    rows: {
      smoothings: rows(definition.units.smoothings, {
        smoothing: [0, 0.1, 0.2],
        accuracy: [0.95, 0.96, 0.955],
        mir: [0.5, 0.56, 0.53],
        hdr: [0.1, 0.14, 0.11],
      }),
    },
  });
  assertEquals(claimsOf(conclusion), {
    accuracyStays: true,
    mirStays: false,
    hdrStays: true,
  });
  assertAlmostEquals(conclusion.summary.mirSpread, 0.06, 1e-12);
});
