/**
 * How this kernel is reached by its front ends: what stands in the connection file it was started with.
 *
 * @module
 */

import { z } from "zod";

const schema = z.object({
  ip: z.string(),
  control_port: z.int(),
  key: z.string(),
  transport: z.literal("tcp"),
});

/** Where and with which key the kernel takes orders. */
export interface ControlAddress {
  /** Host. */
  readonly hostname: string;
  /** Port of the control channel. */
  readonly port: number;
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
export async function controlAddress(): Promise<ControlAddress | undefined> {
  try {
    const words = await commandLine();
    const file = words[words.indexOf("--conn") + 1] ?? "";
    const { ip, control_port, key } = schema.parse(
      JSON.parse(await Deno.readTextFile(file)),
    );
    return { hostname: ip, port: control_port, key };
  } catch {
    return undefined;
  }
}
