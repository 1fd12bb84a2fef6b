import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Examination } from "../../lib/doctor/mod.ts";
import { inFolder } from "../folder.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Runs `doctor --json` with some variables changed. */
async function doctor(env: Record<string, string> = {}) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "doctor", "--json"],
    env,
    stderr: "null",
  }).output();
  const document: Examination = JSON.parse(new TextDecoder().decode(stdout));
  const find = (name: string) => {
    const check = document.checks.find((check) => check.name === name);
    assert(check, `no check of ${name}`);
    return check;
  };
  return { code, document, find };
}

Deno.test("doctor finds everything by using it", async () => {
  const { code, document, find } = await doctor();
  assertEquals([code, document.ok], [0, true], JSON.stringify(document));
  assertStringIncludes(find("Deno").detail, Deno.version.deno);
  assertMatch(find("Packages").detail, /^mode (jsr|npm): .*sharp@\d/);
  assertMatch(find("Chrome").detail, /script SHA-256 [0-9a-f]{64}$/);
  assertMatch(find("TensorFlow").detail, /^\d+\.\d+\.\d+, \//);
  assertMatch(
    find("Device CPU:0").detail,
    /matrix product [\d.]+ ms, convolution [\d.]+ ms$/,
  );
  assertMatch(find("Numerics").detail, /^[0-9a-f]{64}: weights after five/);
  const { program, pageScript, numerics, device } = document.machine;
  assertMatch(program, /^\d+\.\d+\.\d+\+[0-9a-f]{12}$/);
  assertStringIncludes(find("Chrome").detail, pageScript!);
  assertStringIncludes(find("Numerics").detail, numerics!);
  assertEquals(device, "CPU");
  assertMatch(find("sharp").detail, /^\d+\.\d+\.\d+, libvips \d/);
  for (const { status, fix } of document.checks) {
    assertEquals(fix === null, status === "ok");
  }
});

Deno.test("doctor says what is missing, why, and how to mend it", async () => {
  const { code, document, find } = await doctor({
    CHROME_PATH: "/nowhere/chrome",
    DINO_TENSORFLOW: "/nowhere/tensorflow",
  });
  assertEquals([code, document.ok], [1, false]);
  const [chrome, tensorflow] = [find("Chrome"), find("TensorFlow")];
  assertEquals([chrome.status, tensorflow.status], ["missing", "missing"]);
  assertStringIncludes(chrome.detail, "/nowhere/chrome");
  assertStringIncludes(tensorflow.detail, "DINO_TENSORFLOW is /nowhere");
  assertEquals(find("sharp").status, "ok");
  assertEquals(document.machine.numerics, null);
});

Deno.test("doctor reports a Chrome that does not start", () =>
  inFolder(async (folder) => {
    const path = `${folder}/chrome`;
    await Deno.writeTextFile(path, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
    const { code, find } = await doctor({ CHROME_PATH: path });
    assertEquals([code, find("Chrome").status], [1, "missing"]);
    assertStringIncludes(find("Chrome").detail, "could not be started");
  }));
