/**
 * One Deno Jupyter kernel as a child process, from start to certain end.
 *
 * @module
 */

// deno-lint-ignore-file house/no-clock house/no-hidden-randomness -- silence is measured, a key must be secret

import * as path from "@std/path";
import { FormatError } from "../core/errors.ts";
import { stripAnsi } from "./_ansi.ts";
import { delay, unlessAborted, within } from "./_waiting.ts";
import { type Message, type MessageHeader, Wire } from "./_wire.ts";
import { ZmtpSocket } from "./_zmtp.ts";

/** How a session is started. */
export interface SessionOptions {
  /** The working directory of the kernel. */
  readonly cwd: string;
  /** Variables added to the environment of the kernel. */
  readonly env?: Readonly<Record<string, string>>;
  /** Receives each message of the output channel. */
  readonly onOutput: (message: Message) => void;
  /** Gives up the start when aborted. */
  readonly signal: AbortSignal;
}

/** How the kernel answered a request to execute. */
export interface ExecuteReply {
  /** Whether nothing was thrown. */
  readonly ok: boolean;
  /** The name, message and traceback of what was thrown; empty strings if nothing was. */
  readonly ename: string;
  /** The message of what was thrown. */
  readonly evalue: string;
  /** The traceback of what was thrown. */
  readonly traceback: readonly string[];
}

/** The kernel process has ended although nobody asked it to. */
export class KernelDeath extends Error {
  /** Always "KernelDeath". */
  override readonly name: string = "KernelDeath";
}

type Port = "shell" | "control" | "iopub" | "stdin" | "hb";
type Ports = Record<Port, number>;
type Channel = "shell" | "control" | "iopub" | "hb";

const HOST = "127.0.0.1";
const START_LIMIT_MS = 60_000;
const START_ATTEMPTS = 3;
const CONNECT_EVERY_MS = 25;
const NUDGE_EVERY_MS = 50;
/** Timers of a cell print after its end: so long must the kernel be silent before the next cell. */
const QUIET_MS = 150;
/** A cell that leaves a timer printing for ever is not waited for longer than this. */
const LONGEST_QUIET_WAIT_MS = 3_000;
const INTERRUPT_GRACE_MS = 1_000;
const SHUTDOWN_LIMIT_MS = 2_000;
/** How long the pipes and sockets of a process that is gone may still deliver what it wrote. */
const LAST_WORDS_MS = 200;
/** A message that all outputs before it precede: they take the same way, "idle" and the reply another. */
const FLUSHED = "interplay_flushed";
const FLUSH = `await globalThis.Deno.jupyter.broadcast("${FLUSHED}", {})`;
/** A heartbeat that takes longer says that the kernel is packing an output of megabytes. */
const BEAT_MS = 20;
const GARBLED =
  "The kernel is known to mix up its messages when it sends megabytes faster than they are read: smaller outputs help";
/** An output of many megabytes may take so long to arrive. */
const LONGEST_ARRIVAL_MS = 30_000;
const LOG_KEPT = 4_000;

function freePorts(): Ports {
  const names: readonly Port[] = ["shell", "control", "iopub", "stdin", "hb"];
  const listeners = names.map(() => Deno.listen({ hostname: HOST, port: 0 }));
  const ports = listeners.map((each) => (each.addr as Deno.NetAddr).port);
  listeners.forEach((each) => each.close());
  return Object.fromEntries(names.map((name, i) => [name, ports[i]])) as Ports;
}

function connectionFile(ports: Ports, key: string): string {
  return JSON.stringify({
    transport: "tcp",
    ip: HOST,
    shell_port: ports.shell,
    control_port: ports.control,
    iopub_port: ports.iopub,
    stdin_port: ports.stdin,
    hb_port: ports.hb,
    signature_scheme: "hmac-sha256",
    key,
    kernel_name: "deno",
  });
}

/** What a child process wrote last; reading it keeps its pipe from filling up. */
class Tail {
  text = "";
  readonly done: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
    this.done = this.#read();
  }

  /** Stops reading: a process that the notebook started may hold the pipe open for ever. */
  async close(): Promise<void> {
    await this.#reader.cancel();
    await this.done;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    while (true) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      const text = this.text + decoder.decode(value, { stream: true });
      this.text = text.slice(-LOG_KEPT);
    }
  }
}

/** A kernel process and what it says on its own terminal. */
class KernelProcess {
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly exited: Promise<Deno.CommandStatus>;
  /** Resolves when the process is gone and all it wrote has been read. */
  readonly ended: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #logs: readonly Tail[];
  #status: Deno.CommandStatus | undefined;

  constructor(file: string, { cwd, env = {} }: SessionOptions) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", file],
      cwd,
      // Set, it takes the colours out of results, and the same notebook would have other outputs.
      env: { NO_COLOR: "", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C in a terminal goes to a whole process group: the runner alone decides what it means.
      detached: true,
    }).spawn();
    this.pid = this.#child.pid;
    this.#logs = [new Tail(this.#child.stdout), new Tail(this.#child.stderr)];
    this.exited = this.#child.status;
    this.ended = this.#end();
    globalThis.addEventListener("unload", this.#killAtExit);
  }

  get running(): boolean {
    return this.#status === undefined;
  }

  kill(signal: Deno.Signal): void {
    try {
      if (this.running) this.#child.kill(signal);
    } catch (error) {
      // It ended between the question and the signal.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Ends the kernel and all that the notebook has started: Jupyter, too, ends the whole process group. */
  killAll(): void {
    this.kill("SIGKILL");
    if (Deno.build.os === "windows") return;
    try {
      Deno.kill(-this.pid, "SIGKILL");
    } catch (error) {
      // Nobody is left in the group.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** What it wrote to its terminal, the latest of it. */
  get log(): string {
    return stripAnsi(this.#logs.map((log) => log.text).join(""));
  }

  /** Why it ended, with its last words. */
  death(): KernelDeath {
    const { code = 0, signal = null } = this.#status ?? {};
    const how = signal === null ? `exit code ${code}` : signal;
    const said = this.log.split("\n")
      .filter((line) => !line.includes('"deno jupyter" is unstable'))
      .join("\n").split("Stack backtrace:")[0] ?? "";
    const log = said.trim() === "" ? "" : `\n${said.trim()}`;
    return new KernelDeath(`The kernel has ended (${how})${log}`);
  }

  readonly #killAtExit = () => this.killAll();

  async #end(): Promise<void> {
    this.#status = await this.exited;
    globalThis.removeEventListener("unload", this.#killAtExit);
    await within(
      Promise.all(this.#logs.map((log) => log.done)),
      LAST_WORDS_MS,
    );
    await Promise.all(this.#logs.map((log) => log.close()));
  }
}

function replyOf({ content }: Message): ExecuteReply {
  const { ename, evalue, traceback } = content;
  return {
    ok: content.status === "ok",
    ename: typeof ename === "string" ? ename : "",
    evalue: typeof evalue === "string" ? evalue : "",
    traceback: Array.isArray(traceback) ? traceback.map(String) : [],
  };
}

/** A kernel that is ready to execute. Dispose it (`await using`) to be sure that it is gone. */
export class KernelSession implements AsyncDisposable {
  readonly #process: KernelProcess;
  readonly #wire: Wire;
  readonly #sockets = new Map<Channel, ZmtpSocket>();
  readonly #receiving: Promise<void>[] = [];
  readonly #answers = new Map<string, (message: Message) => void>();
  readonly #flushed = new Set<string>();
  readonly #onOutput: (message: Message) => void;
  readonly #death: Promise<never>;
  #languageInfo: unknown;
  /** Messages of the output channel that are here and not yet verified and read. */
  #unread = 0;
  /** When the output channel last said anything, on the clock of `performance`. */
  #heard: number | undefined;
  /** Why the conversation cannot go on although the process lives: a forged or garbled message. */
  #broken: KernelDeath | undefined;

  private constructor(
    process: KernelProcess,
    wire: Wire,
    onOutput: (message: Message) => void,
  ) {
    this.#process = process;
    this.#wire = wire;
    this.#onOutput = onOutput;
    this.#death = this.#awaitDeath();
    // Whoever waits for the kernel hears of its death; when nobody does, that is no error.
    this.#death.catch(() => undefined);
  }

  /** The process of the kernel. */
  get pid(): number {
    return this.#process.pid;
  }

  /** What the kernel says of its language, for the metadata of a notebook. */
  get languageInfo(): unknown {
    return this.#languageInfo;
  }

  /** What the kernel has written to its own terminal, the latest of it. */
  get log(): string {
    return this.#process.log;
  }

  /**
   * Starts a kernel and waits until it answers on every channel.
   *
   * @throws {KernelDeath} If it ends instead, with what it wrote to its terminal.
   */
  static async start(options: SessionOptions): Promise<KernelSession> {
    for (let attempt = 1;; attempt++) {
      options.signal.throwIfAborted();
      try {
        return await KernelSession.#attempt(options);
      } catch (error) {
        // Between choosing a port and binding it another program may have taken it.
        const taken = error instanceof KernelDeath &&
          /address (already )?in use/i.test(error.message);
        if (!taken || attempt === START_ATTEMPTS) throw error;
      }
    }
  }

  static async #attempt(options: SessionOptions): Promise<KernelSession> {
    const folder = await Deno.makeTempDir({ prefix: "interplay-kernel-" });
    try {
      const file = path.join(folder, "connection.json");
      const [ports, key] = [freePorts(), crypto.randomUUID()];
      await Deno.writeTextFile(file, connectionFile(ports, key), {
        mode: 0o600,
        createNew: true,
      });
      const wire = await Wire.open(key, crypto.randomUUID());
      const process = new KernelProcess(file, options);
      const session = new KernelSession(process, wire, options.onOutput);
      try {
        await session.#ready(ports, options.signal);
        return session;
      } catch (error) {
        await session[Symbol.asyncDispose]();
        throw error;
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  /**
   * Executes `code` and waits for its last output. A `silent` cell is not counted by the kernel.
   * `onRequest` hears the id that its outputs will answer before any of them arrives.
   *
   * @throws {KernelDeath} If the kernel ends before it answers.
   */
  async execute(
    code: string,
    { silent = false, onRequest = (_id: string): void => {} } = {},
  ): Promise<ExecuteReply> {
    const { reply } = await this.#evaluate(code, { silent, onRequest });
    await this.#unloaded();
    // What answers the flush belongs to the cell too: a timer of the cell may fire meanwhile.
    const flush = await this.#evaluate(FLUSH, { silent: true, onRequest });
    // A flush that the kernel could not run sends no mark to wait for.
    if (!flush.reply.ok) this.#flushed.add(flush.id);
    await this.#settle(flush.id);
    // Dead already, it may have taken outputs along, even if the cell itself has ended well.
    if (!this.#process.running) await this.#death;
    return reply;
  }

  /**
   * Interrupts what is `running`: by SIGINT, which lets a handler in the notebook stop its own run and
   * without one ends the kernel; then by a message, which stops synchronous code that no handler can
   * reach. In this order, because the message leaves waiting code stuck, handler or not. Returns when
   * `running` has ended, or after a grace for either.
   */
  async interrupt(running: Promise<unknown>): Promise<void> {
    const stopped = running.then(() => true, () => true);
    this.#process.kill("SIGINT");
    if (await within(stopped, INTERRUPT_GRACE_MS)) return;
    await within(this.#ask("interrupt_request", {}), INTERRUPT_GRACE_MS);
    await within(stopped, INTERRUPT_GRACE_MS);
  }

  /** Asks the kernel to end, then makes it. Nothing of it is left afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { ended } = this.#process;
    if (this.#process.running && this.#sockets.has("control")) {
      void this.#ask("shutdown_request", { restart: false });
      await within(ended, SHUTDOWN_LIMIT_MS);
    }
    this.#process.killAll();
    await ended;
    for (const socket of this.#sockets.values()) socket.close();
    await Promise.all(this.#receiving);
  }

  async #evaluate(
    code: string,
    { silent, onRequest }: { silent: boolean; onRequest: (id: string) => void },
  ): Promise<{ id: string; reply: ExecuteReply }> {
    const header = this.#wire.header("execute_request");
    onRequest(header.msg_id);
    const reply = await this.#request("shell", header, {
      code,
      silent,
      store_history: !silent,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    });
    return { id: header.msg_id, reply: replyOf(reply) };
  }

  /** A request on the control channel whose failure does not matter: the kernel is to stop anyway. */
  async #ask(type: string, content: Message["content"]): Promise<void> {
    const header = this.#wire.header(type);
    await this.#request("control", header, content).catch(() => undefined);
  }

  async #awaitDeath(): Promise<never> {
    await this.#process.ended;
    // What it sent before it ended may still be on its way through the sockets.
    await within(Promise.all(this.#receiving), LAST_WORDS_MS);
    throw this.#broken ?? this.#process.death();
  }

  async #request(
    channel: "shell" | "control",
    header: MessageHeader,
    content: Message["content"],
  ): Promise<Message> {
    const answer = Promise.withResolvers<Message>();
    this.#answers.set(header.msg_id, answer.resolve);
    try {
      const frames = await this.#wire.encode(header, content);
      // A kernel that dies closes its sockets first: the death says more than the failed write.
      const sent = this.#sockets.get(channel)?.send(frames)
        .catch(() => this.#death);
      return await Promise.race([
        Promise.all([answer.promise, sent]).then(([message]) => message),
        this.#death,
      ]);
    } finally {
      this.#answers.delete(header.msg_id);
    }
  }

  /**
   * Waits until no output of megabytes is on its way. The kernel of Deno 2.9.6 writes outputs and status
   * messages to one connection without waiting for each other, and a request makes it send three of those:
   * in the middle of an output that is half written they would be lost, and it with them.
   */
  async #unloaded(): Promise<void> {
    const end = performance.now() + LONGEST_ARRIVAL_MS;
    while (this.#process.running && performance.now() < end) {
      const beat = await this.#beat();
      if (beat < BEAT_MS && !this.#arriving) return;
      // What was packed is signed now, which takes less long, and then sent.
      const signed = performance.now() + beat;
      while (!this.#arriving && performance.now() < signed) await delay(1);
      if (this.#arriving) await delay(CONNECT_EVERY_MS);
    }
  }

  /** Milliseconds that the kernel takes for a heartbeat. */
  async #beat(): Promise<number> {
    const start = performance.now();
    const socket = this.#sockets.get("hb");
    const echo = socket?.send([new Uint8Array(1)])
      .then(() => socket.receive()).catch(() => undefined);
    await within(Promise.resolve(echo), LONGEST_ARRIVAL_MS);
    return performance.now() - start;
  }

  /** Waits for the mark that follows the outputs of a cell, and then until nothing has come for a while. */
  async #settle(flush: string): Promise<void> {
    const start = performance.now();
    while (this.#process.running) {
      const due = this.#arriving || !this.#flushed.has(flush);
      const limit = due ? LONGEST_ARRIVAL_MS : LONGEST_QUIET_WAIT_MS;
      if (performance.now() - start > limit) break;
      const heard = this.#heard ?? start;
      const left = heard + QUIET_MS - performance.now();
      if (due || left > 0) {
        await delay(Math.max(left, CONNECT_EVERY_MS));
        continue;
      }
      // A busy machine can fire the timer before it reads the socket: one more look decides.
      await delay(1);
      if (this.#heard === heard && !this.#arriving) break;
    }
    this.#flushed.delete(flush);
  }

  /** Whether an output is on its way: megabytes take longer than the silence that is waited for. */
  get #arriving(): boolean {
    return this.#unread > 0 ||
      this.#sockets.get("iopub")?.withinMessage === true;
  }

  /** Connects, unless the kernel dies, takes too long or is not wanted any more. */
  async #ready(ports: Ports, signal: AbortSignal): Promise<void> {
    const connected = this.#connect(ports).then(() => true, async (error) => {
      await within(this.#death, LAST_WORDS_MS);
      throw error;
    });
    const ready = await within(
      unlessAborted(Promise.race([connected, this.#death]), signal),
      START_LIMIT_MS,
    );
    if (ready !== true) {
      const limit = `${START_LIMIT_MS / 1000} s`;
      throw new KernelDeath(`The kernel did not answer within ${limit}`);
    }
  }

  async #connect(ports: Ports): Promise<void> {
    for (const channel of ["iopub", "shell", "control", "hb"] as const) {
      const socket = await ZmtpSocket.open(
        await this.#dial(ports[channel]),
        channel === "iopub" ? "SUB" : "DEALER",
      );
      this.#sockets.set(channel, socket);
      // An echo is no message: whoever sends a heartbeat reads it.
      if (channel === "hb") continue;
      this.#receiving.push(this.#receive(channel, socket));
    }
    // A subscription takes effect some time after it is sent: outputs before that are lost.
    while (this.#heard === undefined) {
      const header = this.#wire.header("kernel_info_request");
      const { content } = await this.#request("shell", header, {});
      this.#languageInfo = content.language_info;
      await delay(NUDGE_EVERY_MS);
    }
  }

  async #dial(port: number): Promise<Deno.Conn> {
    while (true) {
      try {
        return await Deno.connect({ hostname: HOST, port });
      } catch (error) {
        const early = error instanceof Deno.errors.ConnectionRefused;
        if (!early || !this.#process.running) throw error;
        await delay(CONNECT_EVERY_MS);
      }
    }
  }

  /** Reads all the time, also while a message is verified: a full socket makes the kernel garble messages. */
  async #receive(channel: Channel, socket: ZmtpSocket): Promise<void> {
    let handled = Promise.resolve();
    try {
      while (true) {
        const frames = await socket.receive();
        if (frames === undefined) return await handled;
        if (channel === "iopub") this.#unread++;
        handled = handled.then(() => this.#handle(channel, frames));
      }
    } catch (error) {
      await this.#breakOff(error);
    }
  }

  async #handle(channel: Channel, frames: Uint8Array[]): Promise<void> {
    try {
      this.#dispatch(channel, await this.#wire.decode(frames));
    } catch (error) {
      await this.#breakOff(error);
    } finally {
      if (channel === "iopub") this.#unread--;
    }
  }

  /** The connection of a process that was killed breaks anywhere; a living one must speak the protocol. */
  async #breakOff(error: unknown): Promise<void> {
    const ended = await within(this.#process.exited, LAST_WORDS_MS);
    if (ended !== undefined) return;
    const reason = error instanceof FormatError ? error.message : String(error);
    this.#broken ??= new KernelDeath(`${reason}\n${GARBLED}`);
    this.#process.kill("SIGKILL");
  }

  #dispatch(channel: Channel, message: Message): void {
    const answered = message.parent.msg_id ?? "";
    if (channel !== "iopub") {
      this.#answers.get(answered)?.(message);
      return;
    }
    this.#heard = performance.now();
    if (message.header.msg_type === FLUSHED) this.#flushed.add(answered);
    else this.#onOutput(message);
  }
}
