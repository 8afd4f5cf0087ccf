/**
 * The front end of JupyterLab, bundled from its npm packages: what its Python package carries ready-made.
 * `deno run -P=tests tests/browser/jupyterlab.ts FOLDER` leaves in a new folder what jupyterlab_server serves;
 * `lab_test.ts` runs where `INTERPLAY_JUPYTERLAB` names that folder. It takes Node, npm and one or two minutes.
 */

import { join } from "@std/path";

const VERSION = "4.6.4";
const ESBUILD = "0.28.2";
/** What its packages ask for in turn is taken as it was on this day. */
const DAY = "2026-10-15";
/** Where that differs from what JupyterLab's own lock holds, and it shows: endless recursion, warnings. */
const LOCKED = { "@microsoft/fast-foundation": "2.49.4", yjs: "13.5.49" };

/** What JupyterLab publishes about its own application. */
interface Application {
  dependencies: Record<string, string>;
  resolutions: Record<string, string>;
  jupyterlab: {
    extensions: Record<string, string>;
    mimeExtensions: Record<string, string>;
  };
}

/** Runs a command in `folder`; what it says is shown if it fails. */
async function run(
  folder: string,
  program: string,
  args: readonly string[],
): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: folder,
    stdin: "null",
    stdout: "null",
  }).output();
  if (success) return;
  throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}

async function npmInstall(
  folder: string,
  manifest: Record<string, unknown>,
): Promise<void> {
  await Deno.writeTextFile(
    join(folder, "package.json"),
    JSON.stringify({ private: true, ...manifest }),
  );
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await run(folder, "npm", [
    ...["install", "--ignore-scripts", `--before=${DAY}`, ...quiet],
  ]);
}

/** Installs the packages of the application, each once; returns what JupyterLab says of it. */
async function install(folder: string): Promise<Application> {
  const own = { "@jupyterlab/core-meta": VERSION, esbuild: ESBUILD };
  await npmInstall(folder, { dependencies: own });
  const application: Application = JSON.parse(
    await Deno.readTextFile(
      join(folder, "node_modules/@jupyterlab/core-meta/core.package.json"),
    ),
  );
  const dependencies = { ...application.dependencies, ...own };
  const overrides = Object.fromEntries(
    Object.entries({ ...application.resolutions, ...LOCKED })
      .filter(([name]) => !Object.hasOwn(dependencies, name)),
  );
  await npmInstall(folder, { dependencies, overrides });
  return application;
}

/** The files of `folder`, none where it does not exist. */
async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The script that starts the application with all its plugins, as one module. */
function entry(application: Application, styled: readonly string[]): string {
  const { extensions, mimeExtensions } = application.jupyterlab;
  const modules = (list: Record<string, string>) =>
    Object.entries(list).map(([name, file]) =>
      `import(${JSON.stringify(file === "" ? name : `${name}/${file}`)})`
    ).join(",\n");
  return `${styled.map((name) => `import "${name}/style/index.js";`).join("\n")}
import { JupyterLab } from "@jupyterlab/application";
import { IConnectionStatus, IServiceManager } from "@jupyterlab/services";
import { PluginRegistry } from "@lumino/coreutils";

const plugins = async (modules) =>
  (await Promise.all(modules)).flatMap((module) => module.default);
const pluginRegistry = new PluginRegistry();
pluginRegistry.registerPlugins(await plugins([
${modules(extensions)}
]));
const lab = new JupyterLab({
  pluginRegistry,
  serviceManager: await pluginRegistry.resolveOptionalService(IServiceManager),
  connectionStatus: await pluginRegistry.resolveOptionalService(IConnectionStatus),
  mimeExtensions: await plugins([
${modules(mimeExtensions)}
  ]),
});
await lab.start();
await lab.restored;
globalThis.jupyterapp = lab;
`;
}

/** The page, as a template of jupyterlab_server. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>JupyterLab</title>
<link rel="stylesheet" href="{{ page_config.fullStaticUrl }}/lab.css">
<script id="jupyter-config-data" type="application/json">
{{ dict(page_config, baseUrl=base_url, wsUrl=ws_url) | tojson }}
</script>
<script type="module" src="{{ page_config.fullStaticUrl }}/lab.js"></script>
</head>
<body></body>
</html>
`;

/** How esbuild takes what the packages write for another bundler. */
const LOADERS = [
  "--loader:.svg=text", // icons, which the scripts put into the page
  ...["eot", "ttf", "woff", "woff2"].map((type) => `--loader:.${type}=file`),
  // The way in which its style sheets name a package.
  ...["mathjax-full", "react-toastify"].map((name) =>
    `--alias:~${name}=${name}`
  ),
];

async function esbuild(work: string, args: readonly string[]): Promise<void> {
  const common = ["--bundle", "--minify", "--log-level=error"];
  await run(work, "node_modules/.bin/esbuild", [...common, ...args]);
}

/** Bundles the theme that an extension may bring. */
async function theme(
  work: string,
  folder: string,
  name: string,
): Promise<void> {
  await esbuild(work, [
    `node_modules/${name}/style/theme.css`,
    `--outfile=${join(folder, "themes", name, "index.css")}`,
  ]);
}

/** Copies the schemas of an extension's settings. */
async function schemas(
  work: string,
  folder: string,
  name: string,
): Promise<void> {
  const source = join(work, "node_modules", name, "schema");
  const target = join(folder, "schemas", name);
  for (const file of await filesOf(source)) {
    await Deno.mkdir(target, { recursive: true });
    await Deno.copyFile(join(source, file), join(target, file));
  }
}

async function bundle(
  work: string,
  folder: string,
  application: Application,
): Promise<void> {
  const { extensions, mimeExtensions } = application.jupyterlab;
  const styled: string[] = [];
  for (const name of Object.keys({ ...extensions, ...mimeExtensions })) {
    const style = await filesOf(join(work, "node_modules", name, "style"));
    if (style.includes("index.js")) styled.push(name);
    if (style.includes("theme.css")) await theme(work, folder, name);
    await schemas(work, folder, name);
  }
  await Deno.writeTextFile(join(work, "lab.js"), entry(application, styled));
  await esbuild(work, [
    ...["lab.js", "--format=esm", ...LOADERS],
    `--define:process.env.NODE_ENV="production"`,
    ...["--define:global=globalThis", `--define:__dirname="/"`],
    `--outdir=${join(folder, "static")}`,
  ]);
  await Deno.mkdir(join(folder, "templates"), { recursive: true });
  await Deno.writeTextFile(join(folder, "templates/index.html"), PAGE);
}

/** Builds the front end below `folder`. */
async function build(folder: string): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "interplay-jupyterlab-" });
  try {
    await bundle(work, folder, await install(work));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new Error("Name a folder to build into");
  await Deno.mkdir(folder, { recursive: true });
  await build(await Deno.realPath(folder));
}
