/**
 * How this kernel is reached by its front ends: what stands in the connection file it was started with.
 *
 * @module
 */

import { z } from "zod";

const schema = z.object({
  ip: z.string(),
  control_port: z.int(),
  iopub_port: z.int(),
  key: z.string(),
  transport: z.literal("tcp"),
});

/** Where and with which key a kernel speaks to its front ends. */
export interface KernelAddress {
  /** Host. */
  readonly hostname: string;
  /** Port on which it takes orders. */
  readonly control: number;
  /** Port on which it says what happens. */
  readonly output: number;
  /** Key that messages are signed with. */
  readonly key: string;
}

/** The words of the command that started this process. */
async function commandLine(): Promise<string[]> {
  if (Deno.build.os === "linux") {
    return (await Deno.readTextFile("/proc/self/cmdline")).split("\0");
  }
  // Elsewhere a path with spaces comes in parts, which the one that reads the file notices.
  const { stdout } = await new Deno.Command("ps", {
    args: ["-ww", "-o", "args=", "-p", String(Deno.pid)],
  }).output();
  return new TextDecoder().decode(stdout).trim().split(" ");
}

/** The address, or `undefined` where it cannot be found out: another system, a file that is gone. */
export async function kernelAddress(): Promise<KernelAddress | undefined> {
  try {
    const words = await commandLine();
    const file = words[words.indexOf("--conn") + 1] ?? "";
    const { ip, control_port, iopub_port, key } = schema.parse(
      JSON.parse(await Deno.readTextFile(file)),
    );
    return { hostname: ip, control: control_port, output: iopub_port, key };
  } catch {
    return undefined;
  }
}
