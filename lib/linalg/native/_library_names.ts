/**
 * Where BLAS with LAPACK lies on the usual systems. Nothing is looked up here: a name without a folder
 * is for the loader of the system, a path for those folders that the loader may not know, and for
 * permissions that name folders.
 */

/** A system, as far as libraries are concerned. */
export interface LibraryHost {
  /** As in `Deno.build.os`. */
  readonly os: string;
  /** As in `Deno.build.arch`. */
  readonly arch: string;
  /** Folder of the active conda environment. */
  readonly conda?: string;
}

/** OpenBLAS under the names that distributions give it: threads, 64-bit integers, Alpine's version. */
const openBlasOnLinux = [
  "libopenblas.so.0",
  "libopenblas.so",
  "libopenblasp.so.0",
  "libopenblas64_.so.0",
  "libopenblas64.so.0",
  "libopenblas.so.3",
];

function onLinux({ arch, conda }: LibraryHost): string[] {
  const multiarch = `/usr/lib/${arch}-linux-gnu`;
  return [
    ...(conda === undefined ? [] : [`${conda}/lib/libopenblas.so.0`]),
    ...openBlasOnLinux,
    `${multiarch}/openblas-pthread/libopenblas.so.0`,
    `${multiarch}/libopenblas.so.0`,
    `${multiarch}/libopenblas64.so.0`,
    "/usr/lib64/libopenblasp.so.0",
    "/usr/lib64/libopenblas.so.0",
    "/usr/lib/libopenblas.so.0",
    "/usr/lib/libopenblas.so.3",
    "/usr/local/lib/libopenblas.so.0",
    "libmkl_rt.so.2",
    "libflexiblas.so.3",
    "liblapack.so.3",
    `${multiarch}/liblapack.so.3`,
    "/usr/lib64/liblapack.so.3",
  ];
}

function onMac({ conda }: LibraryHost): string[] {
  return [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    ...(conda === undefined ? [] : [`${conda}/lib/libopenblas.0.dylib`]),
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
    "/opt/local/lib/libopenblas.dylib",
    "libopenblas.dylib",
  ];
}

function onWindows({ conda }: LibraryHost): string[] {
  return [
    ...(conda === undefined ? [] : [`${conda}\\Library\\bin\\openblas.dll`]),
    "libopenblas.dll",
    "openblas.dll",
    "libopenblas64_.dll",
    "mkl_rt.2.dll",
  ];
}

/** Names and paths to try, the fastest and most usual first, reference builds last. */
export function libraryNames(host: LibraryHost): string[] {
  if (host.os === "darwin") return onMac(host);
  return host.os === "windows" ? onWindows(host) : onLinux(host);
}
