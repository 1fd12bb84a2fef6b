import { assert, assertEquals, assertThrows } from "@std/assert";
import { createPageApi } from "../../lib/game/page_api.ts";
import { FakeOldRunner, installFakeOldPage } from "./fake_old_page.ts";

Deno.test("createPageApi() finds the game of an old page and reads it", () => {
  using fake = installFakeOldPage();
  const api = createPageApi();
  const runner = api.runner();
  assertEquals(api.missing(runner), []);
  assert(api.plays());
  fake.distanceRan = 3999.2;
  fake.highestScore = 8000;
  fake.horizon.obstacles.push({
    xPos: 300,
    yPos: 105,
    width: 34,
    typeConfig: { type: "CACTUS_SMALL", height: 35 },
  });
  assertEquals(api.score(runner), 100);
  assertEquals(api.state(runner), {
    score: 100,
    highScore: 200,
    crashed: false,
    playing: true,
    paused: false,
    night: false,
    speed: 6,
    tRex: { x: 25, y: 93, groundY: 93, jumping: false, ducking: false },
    obstacles: [{
      type: "cactusSmall",
      x: 300,
      y: 105,
      width: 34,
      height: 35,
      speedOffset: 0,
    }],
  });
});

Deno.test("needsDuckAnew() is of a T-rex on the ground that does not duck as it should", () => {
  using fake = installFakeOldPage();
  const api = createPageApi();
  const asked = (jumping: boolean, ducking: boolean) => {
    Object.assign(fake.tRex, { jumping, ducking });
    return [true, false].map((ducks) => api.needsDuckAnew(api.runner(), ducks));
  };
  assertEquals(asked(false, true), [false, false], "it ducks");
  assertEquals(asked(true, false), [false, false], "it drops");
  assertEquals(asked(true, true), [true, true], "it ducks, as if it jumped");
  assertEquals(asked(false, false), [true, false], "it stands");
});

Deno.test("configure() finds a name in either spelling", () => {
  using _fake = installFakeOldPage();
  const api = createPageApi();
  api.configure(api.runner(), "acceleration", 0);
  api.configure(api.runner(), "speed", 9);
  api.configure(api.runner(), "invertDistance", 1400);
  assertEquals(FakeOldRunner.config, {
    ACCELERATION: 0,
    INVERT_DISTANCE: 1400,
    SPEED: 9,
  });
  api.runner().restart();
  assertEquals(api.runner().currentSpeed, 9);
  assertThrows(
    () => api.configure(api.runner(), "wings", 2),
    Error,
    "no config.wings",
  );
});

Deno.test("missing() names what a game lacks", () => {
  using fake = installFakeOldPage();
  Reflect.deleteProperty(fake, "distanceMeter");
  Reflect.deleteProperty(FakeOldRunner.config, "ACCELERATION");
  const api = createPageApi();
  assertEquals(api.missing(api.runner()), [
    "distanceMeter",
    "distanceMeter.getActualDistance",
    "config.acceleration",
  ]);
  assert(!api.plays());
});

Deno.test("runner() says what was looked for on a page without the game", () => {
  assertThrows(() => createPageApi().runner(), Error, "no Runner");
  assert(!createPageApi().plays());
  using _fake = installFakeOldPage();
  FakeOldRunner.instance_ = undefined;
  assertThrows(
    () => createPageApi().runner(),
    Error,
    "neither Runner.getInstance() nor Runner.instance_",
  );
});

Deno.test("typeName() leaves today's spelling and turns the old one into it", () => {
  const { typeName } = createPageApi();
  assertEquals(typeName("pterodactyl"), "pterodactyl");
  assertEquals(typeName("cactusLarge"), "cactusLarge");
  assertEquals(typeName("PTERODACTYL"), "pterodactyl");
  assertEquals(typeName("CACTUS_LARGE"), "cactusLarge");
});
