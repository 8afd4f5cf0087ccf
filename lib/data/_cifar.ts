import type { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { archiveMembers, readLines } from "./_archive.ts";
import { CHANNELS, countRecords, interleave } from "./_planar.ts";
import type { ParsedLoadOptions, RemoteFile } from "./_remote/remote_file.ts";
import { type DataSet, dataSet, type DataSetParts } from "./data_set.ts";

const SIDE = 32;
const PIXELS = CHANNELS * SIDE * SIDE;

/** Where the authors of both sets, and those who host copies, have them. */
export const cifarMirrors = [
  "https://www.cs.toronto.edu/~kriz/",
  "https://cave.cs.toronto.edu/kriz/",
];

/** One split of CIFAR-10 or CIFAR-100. */
export interface CifarSplit {
  /** What it is called. */
  readonly name: string;
  /** What it is in. */
  readonly archive: RemoteFile;
  /** Members with images, in their order. */
  readonly images: readonly string[];
  /** Images a member has at most. */
  readonly limit: number;
  /** Label bytes before each image, and which of them counts. */
  readonly label: { readonly bytes: number; readonly at: number };
  /** Member with the names of the classes, one a line. */
  readonly classNames: string;
  /** Number of classes. */
  readonly classes: number;
}

/** Each record: label bytes, then the red, the green and the blue plane. */
function fromRecords(
  batches: readonly Uint8Array[],
  { label }: CifarSplit,
): Pick<DataSetParts, "inputs" | "labels" | "shape"> {
  const size = label.bytes + PIXELS;
  const records = batches.flatMap((batch) =>
    Array.from(
      { length: batch.length / size },
      (_, i) => batch.subarray(i * size, (i + 1) * size),
    )
  );
  const inputs = new Float32Array(records.length * PIXELS);
  records.forEach((record, i) =>
    interleave(
      record.subarray(label.bytes),
      inputs.subarray(i * PIXELS, (i + 1) * PIXELS),
      { side: SIDE, columnMajor: false, pool: 1 },
    )
  );
  return {
    inputs,
    labels: records.map((record) => record[label.at]!),
    shape: [records.length, SIDE, SIDE, CHANNELS],
  };
}

/** Loads one split of CIFAR-10 or CIFAR-100 from its binary version. */
export async function loadCifar(
  check: Check,
  split: CifarSplit,
  where: ParsedLoadOptions,
): Promise<DataSet> {
  const { archive, images, label, limit, classes } = split;
  const paths = [...images, split.classNames];
  const size = label.bytes + PIXELS;
  const batches = new Map<string, Uint8Array>();
  let classNames: string[] = [];
  for await (const member of archiveMembers(check, { archive, paths, where })) {
    if (member.path === split.classNames) {
      classNames = await readLines(check, member);
      continue;
    }
    const count = countRecords(check, member, { size, limit });
    const batch = new Uint8Array(count * size);
    await member.fill(batch);
    batches.set(member.path, batch);
  }
  if (classNames.length !== classes) {
    const expected = `${classes} names in ${split.classNames}`;
    check.fail(FormatError, expected, classNames.length);
  }
  return dataSet({
    ...fromRecords(images.map((path) => batches.get(path)!), split),
    name: split.name,
    classes,
    classNames,
  });
}
