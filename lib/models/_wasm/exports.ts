/** What the module exports; addresses and strides in bytes. */
export interface Exports {
  addDepthwiseGradient(
    shape: number,
    other: number,
    dy: number,
    target: number,
    ofFilter: number,
  ): void;
  maxPoolGradient(
    shape: number,
    x: number,
    y: number,
    dy: number,
    dx: number,
  ): void;
  addRows(x: number, rows: number, columns: number, to: number): void;
  addToSegments(
    x: number,
    segments: number,
    rows: number,
    columns: number,
    count: number,
    to: number,
  ): void;
  multiply(
    c: number,
    stride: number,
    rows: number,
    columns: number,
    a: number,
    sliverA: number,
    b: number,
    sliverB: number,
    depth: number,
    spare: number,
    keep: boolean,
  ): void;
  packTileRows(
    canvas: number,
    width: number,
    row: number,
    channels: number,
    first: number,
    count: number,
    to: number,
    place: number,
    spare: number,
  ): void;
  packTileColumns(
    canvas: number,
    width: number,
    row: number,
    channels: number,
    first: number,
    count: number,
    to: number,
    place: number,
    sliver: number,
  ): void;
  packSpreadColumns(
    canvas: number,
    width: number,
    row: number,
    channels: number,
    first: number,
    count: number,
    to: number,
    place: number,
    sliver: number,
  ): void;
  addOutputTiles(
    m: number,
    place: number,
    width: number,
    channels: number,
    first: number,
    count: number,
    y: number,
    height: number,
    columns: number,
  ): void;
  packFilter(
    filter: number,
    inputs: number,
    outputs: number,
    to: number,
    place: number,
    spare: number,
  ): void;
  addFilter(
    u: number,
    place: number,
    size: number,
    filter: number,
    spare: number,
  ): void;
  turnFilter(
    filter: number,
    inputs: number,
    outputs: number,
    to: number,
  ): void;
  gatherRows(
    x: number,
    count: number,
    bytes: number,
    rows: number,
    size: number,
    to: number,
  ): number;
  normalize(
    plan: number,
    x: number,
    rows: number,
    channels: number,
    slope: number,
    y: number,
  ): void;
  addDeviations(
    plan: number,
    x: number,
    rows: number,
    channels: number,
    to: number,
  ): void;
  addNormalGradients(
    plan: number,
    x: number,
    dy: number,
    rows: number,
    channels: number,
    slope: number,
    to: number,
  ): void;
  normalGradient(
    plan: number,
    x: number,
    dy: number,
    rows: number,
    channels: number,
    slope: number,
    dx: number,
  ): void;
  packColumns(
    x: number,
    stride: number,
    columns: number,
    depth: number,
    width: number,
    to: number,
    sliver: number,
  ): void;
  packRows(
    x: number,
    stride: number,
    rows: number,
    depth: number,
    width: number,
    to: number,
    sliver: number,
  ): void;
  packPatches(
    canvas: number,
    width: number,
    stepY: number,
    stepX: number,
    first: number,
    count: number,
    offsets: number,
    taps: number,
    channels: number,
    to: number,
  ): void;
  packPatchEntries(
    canvas: number,
    height: number,
    width: number,
    stepY: number,
    stepX: number,
    offsets: number,
    taps: number,
    channels: number,
    to: number,
    sliver: number,
  ): void;
  placeImage(
    image: number,
    height: number,
    width: number,
    channels: number,
    canvas: number,
    rows: number,
    columns: number,
    top: number,
    left: number,
    stepY: number,
    stepX: number,
  ): void;
  rectify(x: number, count: number): void;
  repeatRow(row: number, columns: number, rows: number, to: number): void;
}
