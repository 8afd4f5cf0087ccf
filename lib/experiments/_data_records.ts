import { checksum, type DataSet } from "../data/data_set.ts";
import type { DataRecord } from "../training/history.ts";

/** What identifies each data set. */
export function dataRecords<Role extends string>(
  data: Readonly<Record<Role, DataSet>>,
): Record<Role, DataRecord> {
  const records = Object.entries<DataSet>(data).map(([role, set]) => [role, {
    name: set.name,
    checksum: checksum(set),
    samples: set.labels.length,
    classes: set.classes,
  }]);
  return Object.fromEntries(records);
}
