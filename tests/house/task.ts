/** The tasks of `deno.json` as a user calls them, with the permissions they give themselves. */

const root = new URL("../../", import.meta.url);

/** What a command has left behind. */
export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** How a task is called. */
export interface Call {
  args: readonly string[];
  /** The folder it is called from. */
  cwd: string;
  /** Variables beside those that every call gets. */
  env?: Record<string, string>;
}

/** The command of a task that runs one script. */
export async function task(
  name: string,
  { args, cwd, env = {} }: Call,
): Promise<Deno.Command> {
  const text = await Deno.readTextFile(new URL("deno.json", root));
  const words = String(JSON.parse(text).tasks[name].command).split(" ");
  const script = words.findIndex((word) => word.endsWith(".ts"));
  const file = words[script];
  if (words[0] !== "deno" || file === undefined) {
    throw new Error(`The task ${name} runs no script`);
  }
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...words.slice(1, script),
      "--no-prompt",
      new URL(file, root).href,
      ...words.slice(script + 1),
      ...args,
    ],
    cwd,
    env: { INIT_CWD: cwd, NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a task to its end. */
export async function runTask(name: string, call: Call): Promise<Ended> {
  const { code, stdout, stderr } = await (await task(name, call)).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
