import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { jupyterDisplay, OptionsError } from "interplay";
import { explain } from "interplay/metrics";

const taken = (
  forms: readonly { form: string; size: number; taken: boolean }[],
) => {
  const all = forms.filter((form) => form.taken);
  assertEquals(all.length, 1);
  return [all[0]!.form, all[0]!.size];
};

Deno.test("explain() takes the smallest matrix that serves", () => {
  const many = explain({ samples: 10_000, dimension: 64, classes: 10 });
  assertEquals(taken(many.representations), ["second moment", 64]);
  assertEquals(taken(many.other), ["Gram", 10]);
  assertEquals(taken(many.joint), ["class moments", 640]);
  const few = explain({ samples: 64, dimension: 512, classes: 100 });
  assertEquals(taken(few.representations), ["Gram", 64]);
  assertEquals(taken(few.joint), ["Gram", 64]);
  const views = explain({ samples: 5000, dimension: 20, second: 30 });
  assertEquals(taken(views.joint), ["Khatri–Rao moment", 600]);
});

Deno.test("explain() is blind to no cost: more samples never make it cheaper", () => {
  let last = 0;
  for (const samples of [10, 100, 1000, 10_000, 100_000]) {
    const { joint } = explain({ samples, dimension: 32, classes: 10 });
    const cost = joint.find((form) => form.taken)!.cost;
    assert(cost > last);
    last = cost;
  }
});

Deno.test("explain() shows every form, and which one is taken", () => {
  const plan = explain({ samples: 1000, dimension: 64, classes: 10 });
  const { "text/plain": text } = plan[jupyterDisplay]() as Record<
    string,
    string
  >;
  for (
    const word of ["class moments", "Gram", "second moment", "640", "taken"]
  ) {
    assertStringIncludes(text!, word);
  }
});

Deno.test("explain() needs either classes or a second view", () => {
  const message = "expected either `classes` or `second`, received";
  assertThrows(
    () => explain({ samples: 1, dimension: 1 }),
    OptionsError,
    `${message} neither`,
  );
  assertThrows(
    () => explain({ samples: 1, dimension: 1, classes: 2, second: 3 }),
    OptionsError,
    `${message} both`,
  );
  assertThrows(
    () => explain({ samples: 0, dimension: 1, classes: 2 }),
    OptionsError,
    "at samples",
  );
});
