/** The servers of Debian behind the classic notebook and JupyterLab, for one test file. */

import { join } from "@std/path";
import { type Folder, isMissing } from "../kernel/fixtures.ts";

const program = "/usr/bin/jupyter-notebook";
const python = "/usr/bin/python3";
const labServer =
  "/usr/lib/python3/dist-packages/jupyterlab_server/__main__.py";
const HOST = "127.0.0.1";

/** Settings with which JupyterLab does not ask whether it may fetch news. */
const NO_NEWS = {
  "@jupyterlab/apputils-extension:notification": {
    checkForUpdates: false,
    fetchNews: "false",
  },
};

/** Whether the tests that need the server of the classic notebook must be left out. */
export const withoutJupyter: boolean = isMissing(program);

/** Whether the tests that need the server of JupyterLab must be left out. */
export const withoutLabServer: boolean = isMissing(labServer);

/** The environment in which Jupyter finds the kernel that `deno jupyter --install` has put below `folder`. */
export async function environmentWithKernel(
  folder: Folder,
): Promise<Record<string, string>> {
  const env = {
    HOME: folder.path,
    XDG_DATA_HOME: folder.path,
    JUPYTER_DATA_DIR: folder.file("jupyter"),
    JUPYTER_CONFIG_DIR: folder.file("config"),
    JUPYTER_RUNTIME_DIR: folder.file("runtime"),
    // The cache of packages lies where it always does.
    DENO_DIR: await denoDir(),
  };
  await output(Deno.execPath(), ["jupyter", "--install"], env);
  return env;
}

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** Runs a command to its end; what it says on its way is shown if it fails. */
export async function output(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function freePort(): number {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return listener.addr.port;
}

/** A server that is ready; it and its kernels are gone when it is disposed. */
export class JupyterServer implements AsyncDisposable {
  /** Where it answers. */
  readonly url: string;
  readonly #child: Deno.ChildProcess;

  private constructor(url: string, child: Deno.ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** The server of the classic notebook, for the notebooks of `folder`. */
  static classic(folder: Folder): Promise<JupyterServer> {
    return JupyterServer.#start(folder, program, [
      ...["--port-retries=0", "--NotebookApp.token=", "--no-mathjax"],
      ...["--NotebookApp.password=", `--notebook-dir=${folder.path}`],
    ]);
  }

  /** The server of JupyterLab, whose front end lies in `frontEnd`, for the notebooks of `folder`. */
  static async lab(folder: Folder, frontEnd: string): Promise<JupyterServer> {
    await Deno.mkdir(folder.file("app_settings"));
    await Deno.writeTextFile(
      folder.file("app_settings/overrides.json"),
      JSON.stringify(NO_NEWS),
    );
    const parts = ["static", "templates", "schemas", "themes"].map((part) =>
      `--LabServerApp.${part}_dir=${join(frontEnd, part)}`
    );
    const own = ["app_settings", "user_settings", "workspaces"].map((part) =>
      `--LabServerApp.${part}_dir=${folder.file(part)}`
    );
    return await JupyterServer.#start(folder, python, [
      ...["-m", "jupyterlab_server", ...parts, ...own],
      ...["--ServerApp.port_retries=0", "--ServerApp.token="],
      ...["--ServerApp.password=", `--ServerApp.root_dir=${folder.path}`],
    ]);
  }

  /** Starts a server that answers this machine alone. */
  static async #start(
    folder: Folder,
    command: string,
    args: readonly string[],
  ): Promise<JupyterServer> {
    const env = await environmentWithKernel(folder);
    const port = freePort();
    const common = ["--no-browser", "--allow-root"];
    const child = new Deno.Command(command, {
      args: [...args, ...common, `--ip=${HOST}`, `--port=${port}`],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const server = new JupyterServer(`http://${HOST}:${port}`, child);
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #ready(): Promise<void> {
    for (let i = 0; i < 1200; i++) {
      const answer = await fetch(`${this.url}/api/status`)
        .catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("The notebook server does not answer");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await this.#child.status;
    clearTimeout(timer);
  }
}
