import { assertEquals } from "@std/assert";
import { DecisionClock } from "../../lib/env/decision_clock.ts";

/** Time that passes only when it is told to. */
class FakeTimer {
  time = 1000;
  now = () => this.time;
  sleep = (milliseconds: number) => {
    this.time += milliseconds;
    return Promise.resolve();
  };
}

Deno.test("DecisionClock keeps equal distances however long a decision takes", async () => {
  const timer = new FakeTimer();
  const clock = new DecisionClock(50, timer);
  clock.start();
  for (const [busy, at] of [[10, 1050], [49, 1100], [0, 1150]] as const) {
    timer.time += busy;
    await clock.next();
    assertEquals(timer.time, at);
  }
  assertEquals(clock.lateness, { median: 0, p95: 0 });
});

Deno.test("DecisionClock reports lateness and does not pass it on", async () => {
  const timer = new FakeTimer();
  const clock = new DecisionClock(50, timer);
  clock.start();
  timer.time += 70;
  await clock.next();
  assertEquals(timer.time, 1070);
  await clock.next();
  assertEquals(timer.time, 1100);
  assertEquals(clock.lateness, { median: 0, p95: 20 });
  clock.start();
  assertEquals(clock.lateness, { median: 0, p95: 0 });
});

Deno.test("DecisionClock leaves out the decisions that were missed", async () => {
  const timer = new FakeTimer();
  const clock = new DecisionClock(50, timer);
  clock.start();
  timer.time += 175;
  await clock.next();
  assertEquals(timer.time, 1175);
  await clock.next();
  assertEquals(timer.time, 1225);
});
