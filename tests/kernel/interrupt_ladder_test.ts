import { assertEquals, assertMatch } from "@std/assert";
import type { InterruptAnswer } from "../../lib/core/mod.ts";
import { InterruptLadder } from "../../lib/kernel/_interrupt_ladder.ts";

/** A ladder on a clock of its own, over work that answers as it is told. */
class Stage {
  readonly said: string[] = [];
  ends = 0;
  time = 0;
  answer: InterruptAnswer = { asked: 0, forced: 0 };
  readonly ladder = new InterruptLadder({
    interrupt: () => this.answer,
    say: (text) => this.said.push(text),
    end: () => this.ends++,
    now: () => this.time,
  });

  /** A press some time after the last. */
  press(answer: Partial<InterruptAnswer> = {}, after = 1000): string {
    this.time += after;
    this.answer = { asked: 0, forced: 0, ...answer };
    const before = this.said.length;
    this.ladder.press();
    return this.said.slice(before).join("\n");
  }
}

Deno.test("InterruptLadder asks, then leaves the step, then ends the kernel", () => {
  const stage = new Stage();
  assertMatch(stage.press({ asked: 1 }), /stops at its next step/);
  assertMatch(stage.press({ forced: 1 }), /the step under way was left/);
  assertEquals(stage.ends, 0);
  assertMatch(stage.press(), /the kernel ends/);
  assertEquals(stage.ends, 1);
});

Deno.test("InterruptLadder warns first where nothing listens, and ends the kernel at the second press", () => {
  const stage = new Stage();
  assertMatch(stage.press(), /nothing here listens/);
  assertEquals(stage.ends, 0);
  stage.press();
  assertEquals(stage.ends, 1);
});

Deno.test("InterruptLadder forgets a warning after ten seconds, and when a cell ends", () => {
  const stage = new Stage();
  stage.press();
  assertMatch(stage.press({}, 11_000), /nothing here listens/);
  stage.ladder.reset();
  assertMatch(stage.press(), /nothing here listens/);
  assertEquals(stage.ends, 0);
});

Deno.test("InterruptLadder asks new work first, whatever became of the work before", () => {
  const stage = new Stage();
  stage.press();
  assertMatch(stage.press({ asked: 1 }), /stops at its next step/);
  assertMatch(stage.press({ asked: 1, forced: 1 }), /stops at its next step/);
  assertEquals(stage.ends, 0);
});

Deno.test("InterruptLadder takes presses of a nervous finger for one", () => {
  const stage = new Stage();
  stage.press({ asked: 1 });
  assertEquals(stage.press({ forced: 1 }, 100), "");
  assertEquals(stage.press({ forced: 1 }, 100), "");
  assertEquals(stage.ends, 0);
  stage.ladder.reset(); // but one in the next cell is meant for that
  assertMatch(stage.press({ asked: 1 }, 100), /stops at its next step/);
});

Deno.test("InterruptLadder counts presses that stopped blocking code as answered", () => {
  const stage = new Stage();
  stage.time = 5000;
  stage.ladder.released();
  assertMatch(stage.said.join(), /the code that held the kernel was stopped/);
  assertEquals(stage.press({}, 100), "");
  assertMatch(stage.press(), /nothing here listens/);
  assertEquals(stage.ends, 0);
});
