import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Chrome, type Tab } from "../../lib/browser/mod.ts";
import {
  ChromeCrashedError,
  ChromeNotFoundError,
  DinoPageError,
} from "../../lib/errors.ts";

import { inFolder } from "../folder.ts";
import { isRunning, listens, until } from "../processes.ts";
import { setVariables } from "../variables.ts";
import { withDebuggedChrome } from "./page_chrome.ts";

/** So long that nothing in these tests is noticed by running out of time. */
const CONFIG = {
  path: null,
  endpoint: null,
  headless: true,
  timeoutSeconds: 60,
};
type LaunchOptions = Parameters<typeof Chrome.launch>[0];
const SIZE = { width: 600, height: 150 };

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Asserts that no Chrome is to be had. @returns the error */
const launchFails = (options: Partial<LaunchOptions>, message?: string) =>
  assertRejects(
    () => Chrome.launch({ ...CONFIG, ...options }),
    ChromeNotFoundError,
    message,
  );

/** A call that never ends by itself. */
const pending = (tab: Tab) => tab.evaluate("new Promise(() => {})");

/** Deno's arguments for a program that starts Chrome and ends in this way. */
const owner = (way: string) => [
  ...["run", "-A", "--no-check"],
  ...[new URL("chrome_owner.ts", import.meta.url).pathname, way],
];

/** A program in Chrome's place. */
async function withFakeChrome(
  script: string,
  body: (path: string) => Promise<void>,
) {
  await inFolder(async (folder) => {
    const path = `${folder}/fake-chrome`;
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await body(path);
  });
}

Deno.test("Tab runs scripts and reports what they throw", async () => {
  await using chrome = await Chrome.launch(CONFIG);
  assert(chrome.version.startsWith("Chrome/"));
  await using tab = await chrome.newTab({ ...SIZE, script: "var early = 7" });
  await tab.goto("chrome://dino/");
  assertEquals(
    await tab.evaluate("[typeof Runner, early, innerWidth, devicePixelRatio]"),
    ["function", 7, 600, 1],
  );
  assertEquals(await tab.evaluate("Promise.resolve({ a: [1, null] })"), {
    a: [1, null],
  });
  const error = await assertRejects(
    () => tab.evaluate("missing()"),
    DinoPageError,
  );
  assertEquals(
    error.message,
    "A script in the page failed: ReferenceError: missing is not defined.",
  );
  assertEquals(await tab.evaluate("1 + 1"), 2);
});

Deno.test("Tab presses real keys and shows real pictures", async () => {
  await using chrome = await Chrome.launch(CONFIG);
  const tab = await chrome.newTab(SIZE);
  await tab.goto("chrome://dino/");
  let frames = 0;
  await using _screencast = await tab.screencast(({ png }) => {
    assertEquals([...Uint8Array.fromBase64(png).slice(1, 4)], [80, 78, 71]);
    frames++;
  });
  await tab.keyDown("Space");
  await tab.keyUp("Space");
  assertEquals(await tab.evaluate("Runner.getInstance().playing"), true);
  await until(() => frames >= 3);
  // Not one of its processes dies and is started again, as that for sound did.
  const log = await Deno.readTextFile(`${chrome.folder}/log`);
  assert(!log.includes("Crashing"), log);
});

Deno.test("a screencast that stalls is begun anew, once", async () => {
  await using chrome = await Chrome.launch(CONFIG);
  const tab = await chrome.newTab(SIZE);
  await tab.goto("about:blank");
  const times: number[] = [];
  await using _screencast = await tab.screencast(({ time }) => {
    times.push(time);
  });
  await tab.evaluate(`document.body.textContent = "A picture";
    globalThis.move = (time) => {
      document.body.style.marginLeft = time % 100 + "px";
      if (moving) requestAnimationFrame(move);
    };`);
  let stopped = Infinity;
  // A picture of what stands still comes from a new capture alone.
  const repeated = () => times.filter((time) => time > stopped + 40).length;
  for (let attempt = 0; attempt < 10 && repeated() === 0; attempt++) {
    const before = times.length;
    stopped = Infinity;
    await tab.evaluate("globalThis.moving = true; requestAnimationFrame(move)");
    await until(() => times.length >= before + 10);
    stopped = await tab.evaluate<number>(
      `globalThis.moving = false;
      new Promise((resolve) =>
        requestAnimationFrame(() =>
          requestAnimationFrame(() => resolve(Date.now()))))`,
    );
    // Where it was begun anew just before, there is but one picture, the last.
    for (let wait = 0; wait < 100 && repeated() === 0; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  assertEquals(repeated(), 1);
});

Deno.test("a Chrome of ours has no port that another user could connect to", async () => {
  await using chrome = await Chrome.launch(CONFIG);
  await using tab = await chrome.newTab(SIZE);
  assertEquals(await tab.evaluate("1 + 1"), 2);
  assert(!await listens(chrome.pid!, Deno.pid));
});

Deno.test("tabs of one Chrome have renderer processes of their own", async () => {
  await using chrome = await Chrome.launch(CONFIG);
  const [first, second] = await Promise.all([1, 2].map(async () => {
    const tab = await chrome.newTab(SIZE);
    await tab.goto("chrome://dino/");
    return tab;
  })) as [Tab, Tab];
  const waiting = pending(first);
  await Promise.all([
    assertRejects(() => waiting, ChromeCrashedError, "renderer crashed"),
    assertRejects(
      () => first.goto("chrome://crash"),
      ChromeCrashedError,
      "renderer crashed",
    ),
  ]);
  await assertRejects(() => first.evaluate("1"), ChromeCrashedError);
  assert(first.failure instanceof ChromeCrashedError);
  assertEquals(await second.evaluate("typeof Runner"), "function");
  assertEquals(chrome.failure, null);
});

Deno.test("a Chrome that is killed rejects all calls and can be disposed of", async () => {
  const chrome = await Chrome.launch(CONFIG);
  const tab = await chrome.newTab(SIZE);
  const waiting = pending(tab);
  Deno.kill(chrome.pid!, "SIGKILL");
  await assertRejects(() => waiting, ChromeCrashedError);
  await assertRejects(() => tab.evaluate("1"), ChromeCrashedError);
  await assertRejects(() => chrome.newTab(SIZE), ChromeCrashedError);
  await chrome[Symbol.asyncDispose]();
  assert(!exists(chrome.folder!));
});

Deno.test("a page that hangs is given up after the deadline", async () => {
  const chrome = await Chrome.launch({ ...CONFIG, timeoutSeconds: 3 });
  const { pid, folder } = chrome;
  const tab = await chrome.newTab(SIZE);
  await assertRejects(
    () => tab.evaluate("while (true);"),
    ChromeCrashedError,
    "did not answer within 3 s",
  );
  await assertRejects(() => tab.evaluate("1"), ChromeCrashedError);
  await chrome[Symbol.asyncDispose]();
  assert(!isRunning(pid!) && !exists(folder!));
});

Deno.test("Chrome.launch() connects to an endpoint and leaves it running", () =>
  withDebuggedChrome(async (address, pid) => {
    assert(await listens(pid));
    const { host } = new URL(address);
    for (const endpoint of [host, `http://${host}`, address]) {
      await using chrome = await Chrome.launch({ ...CONFIG, endpoint });
      assertEquals(chrome.pid, null);
      const tab = await chrome.newTab(SIZE);
      assertEquals(await tab.evaluate("6 * 7"), 42);
    }
    assert(isRunning(pid));
  }));

Deno.test("Chrome.launch() names the endpoint that refuses", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  for (const scheme of ["", "http://", "ws://"]) {
    const endpoint = `${scheme}127.0.0.1:${port}`;
    await launchFails(
      { timeoutSeconds: 2, endpoint },
      `No Chrome answered at browser.endpoint ${endpoint}`,
    );
  }
});

Deno.test("Chrome.launch() says why a Chrome does not start, in its own words", async () => {
  const script = "echo '[12:0101/1.2:FATAL:x.cc(1)] no such library' >&2";
  await withFakeChrome(`${script}; exit 1`, async (path) => {
    const { message } = await launchFails({ path });
    assertStringIncludes(message, `Chrome at ${path} could not be started: `);
    assertStringIncludes(message, " It said: no such library. See 'deno task");
  });
  const sandbox = "echo 'No usable sandbox! See' >&2; exit 1";
  await withFakeChrome(sandbox, async (path) => {
    await launchFails(
      { path },
      "It said: No usable sandbox! See. Let this user make namespaces",
    );
  });
});

Deno.test("Chrome.launch() names the policies that keep a Chrome from being driven", async () => {
  const script = "echo 'Headless mode is disallowed by the system admin.' >&2";
  // With RemoteDebuggingAllowed it runs on, and says much else.
  const chatter = "for i in 1 2 3 4 5; do echo $i >&2; done";
  for (const end of ["exit 1", `${chatter}; exec sleep 100`]) {
    await withFakeChrome(`${script}; ${end}`, async (path) => {
      const { message } = await assertRejects(
        () => Chrome.launch({ ...CONFIG, path }),
        ChromeNotFoundError,
        "A policy of this machine (RemoteDebuggingAllowed, HeadlessMode,",
      );
      assert(!message.includes("did not answer"), message);
    });
  }
});

Deno.test("a Chrome at an endpoint is reached past a proxy", () =>
  withDebuggedChrome(async (address) => {
    const proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]
      .map((name) => [name, "http://127.0.0.1:9"]);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [...owner("exit"), new URL(address).host],
      env: { ...Object.fromEntries(proxies), NO_PROXY: "a" },
      stderr: "null",
    }).output();
    assert(success);
  }));

Deno.test("a Chrome can be disposed of when its folder's files are gone", async () => {
  const chrome = await Chrome.launch(CONFIG);
  const { pid, folder } = chrome;
  await Deno.remove(`${folder}/pid`);
  await chrome[Symbol.asyncDispose]();
  await until(() => !isRunning(pid!));
  assert(!exists(folder!));
});

Deno.test("Chrome.launch() gives up a Chrome that says nothing, and ends it", async () => {
  await withFakeChrome('echo $$ > "$0.pid"; exec sleep 600', async (path) => {
    await launchFails({ path, timeoutSeconds: 2 }, "did not answer within 2 s");
    const pid = Number(await Deno.readTextFile(`${path}.pid`));
    await until(() => !isRunning(pid));
  });
});

Deno.test("Chrome.launch() says where it cannot write its profile", async () => {
  using _temporary = setVariables({ TMPDIR: "/dev/null/nowhere" });
  await launchFails({}, "set TMPDIR to a folder that can be written");
});

Deno.test("a TMPDIR may be longer than the path of a socket", () =>
  inFolder(async (folder) => {
    const long = `${folder}/${"long".repeat(30)}`;
    await Deno.mkdir(long);
    using _temporary = setVariables({ TMPDIR: long });
    await using chrome = await Chrome.launch(CONFIG);
    assert(chrome.folder!.startsWith(long));
    assert(chrome.version.startsWith("Chrome/"));
  }));

Deno.test("Chrome and its folder are gone however the program ends", async (t) => {
  const signals: Record<string, Deno.Signal> = {
    SIGINT: "SIGINT",
    SIGTERM: "SIGTERM",
    SIGKILL: "SIGKILL",
    "SIGKILL to the whole group": "SIGKILL",
  };
  for (const way of ["exit", "exception", ...Object.keys(signals)]) {
    await t.step(way, async () => {
      const program = new Deno.Command(Deno.execPath(), {
        args: owner(way),
        stdout: "piped",
        stderr: "null",
        detached: true,
      }).spawn();
      const reader = program.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      const { value } = await reader.read();
      await reader.cancel();
      const [pid, folder] = value!.trim().split(" ");
      const signal = signals[way];
      const target = way.endsWith("group") ? -program.pid : program.pid;
      if (signal) Deno.kill(target, signal);
      await program.status;
      await until(() => !isRunning(Number(pid)) && !exists(folder!));
    });
  }
});
