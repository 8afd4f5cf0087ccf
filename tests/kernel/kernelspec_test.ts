import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import {
  ForeignKernelspecError,
  installKernelspec,
  jupyterDataFolder,
  kernelFolder,
  removeKernelspec,
} from "../../lib/kernel/_kernelspec.ts";
import { type Ended, runTask } from "../house/task.ts";
import { Folder } from "./fixtures.ts";
import { jupyterFolder, noJupyter, runClient } from "./jupyter.ts";

const root = new URL("../../", import.meta.url);

function dataFolder(
  os: typeof Deno.build.os,
  env: Record<string, string>,
): string {
  return jupyterDataFolder({ os, env: (name) => env[name] });
}

Deno.test("jupyterDataFolder() is where Jupyter looks on each system", () => {
  const home = { HOME: "/h", USERPROFILE: "C:\\h" };
  assertEquals(dataFolder("linux", home), "/h/.local/share/jupyter");
  assertEquals(
    dataFolder("linux", { ...home, XDG_DATA_HOME: "/x" }),
    "/x/jupyter",
  );
  assertEquals(dataFolder("darwin", home), "/h/Library/Jupyter");
  assertEquals(
    dataFolder("windows", { ...home, APPDATA: "C:\\a" }),
    "C:\\a\\jupyter",
  );
  assertEquals(dataFolder("windows", home), "C:\\h\\.jupyter\\data");
  for (const os of ["linux", "darwin", "windows"] as const) {
    const chosen = { ...home, APPDATA: "C:\\a", JUPYTER_DATA_DIR: "/j" };
    assertEquals(dataFolder(os, chosen), "/j");
  }
  assertThrows(
    () => dataFolder("linux", {}),
    Error,
    "JUPYTER_DATA_DIR sets it",
  );
});

Deno.test("installKernelspec() writes a kernel beside the others, again over its own, and removeKernelspec() takes it back", async () => {
  await using folder = await Folder.make();
  const other = folder.file("kernels/deno/kernel.json");
  await Deno.mkdir(folder.file("kernels/deno"), { recursive: true });
  await Deno.writeTextFile(other, "{}");
  const place = kernelFolder(folder.path);
  assertEquals(place, folder.file("kernels/deno-interplay"));
  assertEquals(await removeKernelspec(place), false);
  const written = await installKernelspec(place, "/old/deno");
  assertEquals(await installKernelspec(place, "/bin/deno"), written);
  assertEquals(
    [...Deno.readDirSync(place)].map(({ name }) => join(place, name)).sort(),
    written.toSorted(),
  );
  const spec = JSON.parse(await Deno.readTextFile(join(place, "kernel.json")));
  assertEquals(spec.argv[0], "/bin/deno");
  assertEquals(spec.display_name, "Deno (Interplay)");
  assertEquals(spec.interrupt_mode, "signal");
  assertEquals(await removeKernelspec(place), true);
  await assertRejects(() => Deno.stat(place), Deno.errors.NotFound);
  assertEquals(await Deno.readTextFile(other), "{}");
});

Deno.test("the kernelspec carries a logo of its own in the sizes that front ends ask for", async () => {
  const folder = new URL("lib/kernel/kernelspec/", root);
  for (const size of [32, 64]) {
    const png = await Deno.readFile(
      new URL(`logo-${size}x${size}.png`, folder),
    );
    const view = new DataView(png.buffer);
    assertEquals(view.getUint32(0), 0x89504e47);
    assertEquals([view.getUint32(16), view.getUint32(20)], [size, size]);
  }
  const svg = await Deno.readTextFile(new URL("logo-svg.svg", folder));
  assertMatch(
    svg,
    /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 64 64"/,
  );
});

Deno.test("removeKernelspec() and installKernelspec() touch no kernelspec of somebody else, and no file beside their own", async () => {
  await using folder = await Folder.make();
  const place = kernelFolder(folder.path);
  await Deno.mkdir(place, { recursive: true });
  const spec = join(place, "kernel.json");
  for (const foreign of ['{"argv":["python"]}', "no json", "null"]) {
    await Deno.writeTextFile(spec, foreign);
    for (
      const act of [
        () => removeKernelspec(place),
        () => installKernelspec(place, "/bin/deno"),
      ]
    ) {
      await assertRejects(
        act,
        ForeignKernelspecError,
        "received one that something else has made",
      );
    }
    assertEquals(await Deno.readTextFile(spec), foreign);
  }
  await Deno.remove(spec);
  await installKernelspec(place, "/bin/deno");
  await Deno.writeTextFile(join(place, "notes.txt"), "mine");
  assertEquals(await removeKernelspec(place), true);
  assertEquals([...Deno.readDirSync(place)].map((e) => e.name), ["notes.txt"]);
});

/** `deno task kernel` for the Jupyter whose data lie in `data`. */
function kernelTask(data: string, ...args: string[]): Promise<Ended> {
  return runTask("kernel", {
    args,
    cwd: data,
    env: { JUPYTER_DATA_DIR: data },
  });
}

Deno.test("deno task kernel says where it wrote, takes it back, and refuses other words", async () => {
  await using folder = await Folder.make();
  const place = kernelFolder(folder.path);
  const installed = await kernelTask(folder.path);
  assertEquals([installed.code, installed.err], [0, ""]);
  for (const { name } of Deno.readDirSync(place)) {
    assertStringIncludes(installed.out, join(place, name));
  }
  const help = await kernelTask(folder.path, "--help");
  assertStringIncludes(help.out, "deno task kernel [options]");
  const removed = await kernelTask(folder.path, "--remove");
  assertEquals([removed.code, removed.out], [0, `Removed ${place}\n`]);
  const again = await kernelTask(folder.path, "--remove");
  assertStringIncludes(again.out, "Nothing to remove");
  const wrong = await kernelTask(folder.path, "--install", "now");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, "received --install now");
});

Deno.test("deno task kernel leaves a foreign kernelspec alone and exits with 1", async () => {
  await using folder = await Folder.make();
  const place = kernelFolder(folder.path);
  await Deno.mkdir(place, { recursive: true });
  await Deno.writeTextFile(join(place, "kernel.json"), "{}");
  const { code, err } = await kernelTask(folder.path);
  assertEquals(code, 1);
  assertStringIncludes(err, "something else has made");
});

Deno.test({
  name:
    "Jupyter finds the installed kernel by its name and starts it, to be interrupted by signals",
  ignore: noJupyter,
  async fn() {
    await using folder = await jupyterFolder();
    const script = `
print(km.kernel_spec.display_name, km.kernel_spec.interrupt_mode)
# The kernel says that a cell is over before its last outputs are out: this one waits.
cell = "console.log(6 * 7); await new Promise((done) => setTimeout(done, 500));"
kc.execute_interactive(cell, timeout=30, output_hook=lambda m: print(m["content"].get("text", ""), end=""))`;
    const printed = await runClient(folder, script);
    assertEquals(printed, "Deno (Interplay) signal\n42\n");
  },
});
