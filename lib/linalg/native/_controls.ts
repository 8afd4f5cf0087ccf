/**
 * What a library says of itself, by functions that one implementation has and the others lack: its name,
 * its version, its threads.
 */

import type { Spelling } from "./_symbols.ts";

/** What is known of an implementation. */
export interface Controls {
  /** "OpenBLAS 0.3.21"; "unknown" where nothing tells. */
  readonly implementation: string;
  /** Whether it is the reference implementation, without an optimised BLAS. */
  readonly reference: boolean;
  /** The number of threads in use now; `undefined` where the library does not tell. */
  threads(): number | undefined;
  /** Asks for a number of threads; does nothing where the library cannot be told. */
  setThreads(count: number): void;
  /** Lets go of the symbols. */
  close(): void;
}

const getThreads = { parameters: [], result: "i32" } as const;
const setThreads = { parameters: ["i32"], result: "void" } as const;

/** The symbols, or `undefined` if one is missing. */
function symbolsOf<S extends Deno.ForeignLibraryInterface>(
  path: string | URL,
  symbols: S,
): Deno.DynamicLibrary<S> | undefined {
  try {
    return Deno.dlopen(path, symbols);
  } catch {
    return undefined; // no such symbol: the library itself is open already
  }
}

/** The text behind a `char *`; reading memory needs the permission for every library, not just for one. */
function textAt(pointer: Deno.PointerValue): string {
  if (pointer === null) return "";
  try {
    return Deno.UnsafePointerView.getCString(pointer);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return "";
    throw error;
  }
}

function openBlas(
  path: string | URL,
  { prefix, c }: Spelling,
): Controls | undefined {
  const named = (name: string) => `${prefix}openblas_${name}${c}`;
  const library = symbolsOf(path, {
    config: { name: named("get_config"), parameters: [], result: "pointer" },
    get: { name: named("get_num_threads"), ...getThreads },
    set: { name: named("set_num_threads"), ...setThreads },
  });
  if (library === undefined) return undefined;
  const { config, get, set } = library.symbols;
  const version = /^OpenBLAS\s+\S+/.exec(textAt(config()))?.[0];
  return {
    implementation: version ?? "OpenBLAS",
    reference: false,
    threads: get,
    setThreads: set,
    close: () => library.close(),
  };
}

function mkl(path: string | URL): Controls | undefined {
  const library = symbolsOf(path, {
    version: {
      name: "MKL_Get_Version_String",
      parameters: ["buffer", "i32"],
      result: "void",
    },
    get: { name: "MKL_Get_Max_Threads", ...getThreads },
    set: { name: "MKL_Set_Num_Threads", ...setThreads },
  });
  if (library === undefined) return undefined;
  const { version, get, set } = library.symbols;
  const text = new Uint8Array(256);
  version(text, text.length);
  const number = /Version (\d[\d.]*)/.exec(new TextDecoder().decode(text))?.[1];
  return {
    implementation: number === undefined ? "MKL" : `MKL ${number}`,
    reference: false,
    threads: get,
    setThreads: set,
    close: () => library.close(),
  };
}

/** An implementation of which only the name matters here. */
function plain(implementation: string): Controls {
  return {
    implementation,
    reference: false,
    threads: () => undefined,
    setThreads: () => {},
    close: () => {},
  };
}

/** Optimised libraries that only a symbol of their own tells from the reference. */
const marks: Readonly<Record<string, string>> = {
  ATL_buildinfo: "ATLAS",
  armplversion: "Arm Performance Libraries",
  bli_info_get_version_str: "BLIS",
  flexiblas_get_version: "FlexiBLAS",
  nvpl_blas_get_version: "NVPL",
};

function accelerate(
  path: string | URL,
  { fortran }: Spelling,
): Controls | undefined {
  const itsOwn = fortran === "$NEWLAPACK" ||
    String(path).includes("Accelerate.framework");
  return itsOwn ? plain("Accelerate") : undefined;
}

function marked(path: string | URL): Controls | undefined {
  for (const [symbol, implementation] of Object.entries(marks)) {
    const library = symbolsOf(path, {
      mark: { name: symbol, parameters: [], result: "void" },
    });
    library?.close(); // that the symbol is there is all that was asked; it is never called
    if (library !== undefined) return plain(implementation);
  }
  return undefined;
}

/** LAPACK that tells its version and shows no mark of an optimised BLAS. */
function reference(
  path: string | URL,
  { prefix, fortran }: Spelling,
): Controls | undefined {
  const library = symbolsOf(path, {
    ilaver: {
      name: `${prefix}ilaver${fortran}`,
      parameters: ["buffer", "buffer", "buffer"],
      result: "void",
    },
  });
  if (library === undefined) return undefined;
  const numbers = [0, 1, 2].map(() => new BigInt64Array(1));
  library.symbols.ilaver(numbers[0]!, numbers[1]!, numbers[2]!);
  library.close();
  return {
    ...plain(`reference LAPACK ${numbers.map(([x]) => x).join(".")}`),
    reference: true,
    threads: () => 1,
  };
}

/** Asks the library at `path`, which is open and has its routines under `spelling`, what it is. */
export function controlsOf(path: string | URL, spelling: Spelling): Controls {
  return openBlas(path, spelling) ?? mkl(path) ?? accelerate(path, spelling) ??
    marked(path) ?? reference(path, spelling) ?? plain("unknown");
}
