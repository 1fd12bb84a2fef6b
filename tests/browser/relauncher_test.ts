import { assertEquals, assertRejects } from "@std/assert";
import { Relauncher } from "../../lib/browser/mod.ts";
import { ChromeCrashedError } from "../../lib/errors.ts";

const failing = () => Promise.reject(new Error("no display"));

Deno.test("Relauncher tries again until a launch succeeds", async () => {
  const launches = [failing, failing, () => Promise.resolve("Chrome")];
  const relauncher = new Relauncher();
  const launched = await relauncher.relaunch(
    new Error("killed"),
    () => launches.shift()!(),
  );
  assertEquals([launched, launches.length], ["Chrome", 0]);
});

Deno.test("Relauncher gives up after three launches, with the last failure", async () => {
  let launches = 0;
  const error = await assertRejects(
    () =>
      new Relauncher().relaunch(new Error("killed"), () => {
        launches++;
        return failing();
      }),
    ChromeCrashedError,
    "3 times did not help: no display",
  );
  assertEquals([launches, (error.cause as Error).message], [3, "no display"]);
});

Deno.test("Relauncher counts launches that led to no progress", async () => {
  const relauncher = new Relauncher();
  const die = () =>
    relauncher.relaunch(new Error("killed"), () => Promise.resolve());
  for (let i = 0; i < 3; i++) await die();
  await assertRejects(die, ChromeCrashedError, "did not help: killed");
  relauncher.progressed();
  await die();
});
