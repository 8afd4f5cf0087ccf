import { assertEquals, assertRejects } from "@std/assert";
import { Check } from "../../lib/core/check.ts";
import { FormatError } from "../../lib/core/errors.ts";
import { readTar } from "../../lib/data/_tar.ts";
import type { Bytes } from "./local_server.ts";
import { members, paxRecord, tar, type TarPart } from "./tar_files.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const check = new Check("load the set");

async function* inPieces(bytes: Bytes, size: number) {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

/** Paths and contents of the members. */
async function read(bytes: Bytes, size = 700): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const member of readTar(check, inPieces(bytes, size))) {
    const content = new Uint8Array(member.size);
    await member.fill(content);
    found.push([member.path, new TextDecoder().decode(content)]);
  }
  return found;
}

const long = `${"folder/".repeat(20)}file.bin`;
const text = "what was published ".repeat(60);

Deno.test("readTar() reads its files one after the other, however the pieces are cut", async () => {
  const bytes = await tar([
    { path: "set/", type: "5" },
    { path: "set/a.bin", content: encode(text) },
    { path: "set/empty" },
    { path: "set/b.bin", content: encode("b".repeat(512)), type: "\0" },
  ]);
  const expected = [
    ["set/a.bin", text],
    ["set/empty", ""],
    ["set/b.bin", "b".repeat(512)],
  ];
  for (const size of [1, 511, 512, 513, bytes.length]) {
    assertEquals<unknown>(await read(bytes, size), expected);
  }
});

Deno.test("readTar() passes by what is not read of a member, and links and devices", async () => {
  const bytes = await tar([
    { path: "a", content: encode(text) },
    { path: "link", type: "2" },
    { path: "device", type: "3" },
    { path: "b", content: encode("b") },
  ]);
  const paths: string[] = [];
  for await (const { path } of readTar(check, inPieces(bytes, 100))) {
    paths.push(path);
  }
  assertEquals(paths, ["a", "b"]);
});

const longPaths: [string, TarPart[]][] = [
  ["in two fields (POSIX ustar)", [
    { path: "file.bin", prefix: long.slice(0, -9), content: encode("x") },
  ]],
  ["in a header of its own (GNU)", [
    { path: "././@LongLink", type: "L", content: encode(`${long}\0`) },
    { path: long, content: encode("x"), magic: "ustar  \0", prefix: "1234" },
  ]],
  ["in an extended header (POSIX pax)", [
    { path: "all", type: "g", content: encode(paxRecord("path", "not/this")) },
    {
      path: "PaxHeader",
      type: "x",
      content: encode(paxRecord("mtime", "1.5") + paxRecord("path", long)),
    },
    { path: "short", content: encode("x") },
  ]],
];

for (const [what, parts] of longPaths) {
  Deno.test(`readTar() reads a long path ${what}`, async () => {
    const after = { path: "after", content: encode("y") };
    const bytes = await tar([...parts, after]);
    assertEquals(await read(bytes), [[long, "x"], ["after", "y"]]);
  });
}

Deno.test("readTar() reads sizes in octal, in binary (GNU), and of an extended header", async () => {
  const content = encode(text);
  const binary = new Uint8Array(12);
  binary[0] = 0x80;
  new DataView(binary.buffer).setUint32(8, content.length);
  const size = encode(paxRecord("size", String(content.length)));
  const bytes = await tar([
    { path: "octal", content, size: `${content.length.toString(8)} ` },
    { path: "binary", content, size: binary },
    { path: "x", type: "x", content: size },
    { path: "extended", content, size: "00000000000" },
  ]);
  assertEquals(await read(bytes), [
    ["octal", text],
    ["binary", text],
    ["extended", text],
  ]);
});

Deno.test("readTar() ends at two blocks of zeros, or where the bytes end", async () => {
  const part = { path: "a", content: encode("x") };
  assertEquals(await read(await members([part])), [["a", "x"]]);
  assertEquals(await read(new Uint8Array(0)), []);
  const after = new Uint8Array(2048).fill(7, 1024);
  assertEquals(await read(after), []);
});

Deno.test("readTar() closes what it reads from when its reader stops", async () => {
  let closed = false;
  async function* pieces() {
    try {
      yield* inPieces(await tar([{ path: "a" }, { path: "b" }]), 512);
    } finally {
      closed = true;
    }
  }
  for await (const { path } of readTar(check, pieces())) {
    assertEquals(path, "a");
    break;
  }
  assertEquals(closed, true);
});

const a = { path: "a", content: encode(text) };
const huge = new Uint8Array(12).fill(0xff);

const refused: [string, Bytes, string | RegExp][] = [
  [
    "a cut in a member",
    (await members([a])).slice(0, 1000),
    `expected ${text.length} bytes of a in the archive, received 488`,
  ],
  [
    "a cut in a header",
    (await members([a])).slice(0, 100),
    "expected a header of 512 bytes, received 100",
  ],
  [
    "another format",
    encode("PNG ".repeat(200)),
    /expected a header of tar, received a sum of \d+ for PNG PNG $/,
  ],
  [
    "a damaged header",
    await tar([{ ...a, sum: "000000\0 " }]),
    /expected a header of tar, received a sum of \d+ for 000000$/,
  ],
  [
    "a size that is none",
    await tar([{ ...a, size: "9".repeat(11) }]),
    "expected a size for a in the archive, received NaN",
  ],
  [
    "a size beyond all numbers",
    await tar([{ ...a, size: huge }]),
    "expected a size for a in the archive, received 3.094850098213451e+26",
  ],
  [
    "a negative size in an extended header",
    await tar([{
      path: "x",
      type: "x",
      content: encode(paxRecord("size", "-1")),
    }, a]),
    "expected a size for a in the archive, received -1",
  ],
  [
    "a size of 2^40 bytes that are not there",
    await tar([{ ...a, size: (2 ** 30).toString(8) }]),
    /expected 1073741824 bytes of a in the archive, received \d+$/,
  ],
  [
    "an absolute path",
    await tar([{ path: "/etc/passwd" }]),
    "expected relative paths in the archive, received /etc/passwd",
  ],
  [
    "a path with a drive",
    await tar([{ path: "C:\\windows" }]),
    "expected relative paths in the archive, received C:\\windows",
  ],
  [
    "a path out of its folder",
    await tar([{ path: "set/../../x", type: "5" }]),
    "expected relative paths in the archive, received set/../../x",
  ],
  [
    "a long path out of its folder",
    await tar([{ path: "l", type: "L", content: encode("../x\0") }, a]),
    "expected relative paths in the archive, received ../x",
  ],
  [
    "an extended header beyond all measure",
    await tar([{ path: "x", type: "x", size: (2 ** 30).toString(8) }]),
    "expected extended headers of at most 65536 bytes, received 1073741824",
  ],
  [
    "an extended header with something else in it",
    await tar([{ path: "x", type: "x", content: encode("path=y\n") }, a]),
    "expected an extended header of tar, received another text",
  ],
  [
    "an extended header whose record is longer than it",
    await tar([{ path: "x", type: "x", content: encode("99 path=y\n") }, a]),
    "expected an extended header of tar, received another text",
  ],
  [
    "an extended header whose record does not end",
    await tar([{ path: "x", type: "x", content: encode("9 path=yz") }, a]),
    "expected an extended header of tar, received another text",
  ],
];

for (const [what, bytes, message] of refused) {
  Deno.test(`readTar() refuses ${what}`, async () => {
    const consume = async () => {
      for await (const _ of readTar(check, inPieces(bytes, 512)));
    };
    const { message: received } = await assertRejects(consume, FormatError);
    if (typeof message === "string") {
      assertEquals(received, `Cannot load the set: ${message}`);
    } else assertEquals(message.test(received), true, received);
  });
}
