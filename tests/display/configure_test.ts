import { assertEquals, assertThrows } from "@std/assert";
import { OptionsError } from "../../lib/core/mod.ts";
import { libraryMode, showsDurations } from "../../lib/display/configure.ts";
import { configureDisplay } from "../../lib/display/mod.ts";

Deno.test("configureDisplay() changes what is given and nothing else", () => {
  try {
    configureDisplay({ library: "cdn" });
    configureDisplay({ durations: false });
    assertEquals([libraryMode(), showsDurations()], ["cdn", false]);
    configureDisplay({ library: "none" });
    assertEquals([libraryMode(), showsDurations()], ["none", false]);
  } finally {
    configureDisplay({ library: "embed", durations: true });
  }
  assertEquals([libraryMode(), showsDurations()], ["embed", true]);
});

Deno.test("configureDisplay() refuses any other library and any other option", () => {
  assertThrows(
    () => configureDisplay({ library: "web" as "cdn" }),
    OptionsError,
    "Cannot configure displays",
  );
  assertThrows(
    () => configureDisplay({ library: "cdn", cdn: 1 } as { library: "cdn" }),
    OptionsError,
  );
});
