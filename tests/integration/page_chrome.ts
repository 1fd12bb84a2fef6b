/**
 * A Chrome for pages other than the game's. One of the flags that the program
 * starts Chrome with (--disable-crashpad-for-testing) keeps some versions of
 * Chromium from loading ordinary pages.
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { Chrome, findChrome } from "../../lib/browser/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";

/** Starts it, calls `use`, and ends it. */
export async function withPageChrome(
  use: (chrome: Chrome) => Promise<void>,
): Promise<void> {
  const { browser } = await loadConfig();
  await withDebuggedChrome(async (endpoint) => {
    await using chrome = await Chrome.launch({ ...browser, endpoint });
    await use(chrome);
  });
}

/** Starts a Chrome, hands the address of its debugger to `use`, and ends it. */
export async function withDebuggedChrome(
  use: (endpoint: string, pid: number) => Promise<void>,
): Promise<void> {
  const profile = await Deno.makeTempDir();
  const child = new Deno.Command(findChrome({ path: null }) ?? "chromium", {
    args: [
      "--headless=new",
      "--remote-debugging-port=0",
      "--hide-scrollbars",
      "--no-first-run",
      ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
      `--user-data-dir=${profile}`,
    ],
    // What a killed Chrome leaves behind goes with its profile.
    cwd: profile,
    env: { TMPDIR: "." },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    await use(await addressIn(child.stderr), child.pid);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await removeWhenLeft(profile);
  }
}

/** Reads `DevTools listening on ws://…` and drains what follows. */
function addressIn(stderr: globalThis.ReadableStream<Uint8Array>) {
  const lines = createInterface({
    input: Readable.fromWeb(stderr as ReadableStream<Uint8Array>),
  });
  return new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const address = /listening on (ws:\S+)/.exec(line)?.[1];
      if (address) resolve(address);
    });
    lines.on("close", () => reject(new Error("Chrome did not start")));
  });
}

/** Chrome's own processes may write for a moment longer than it lives. */
async function removeWhenLeft(folder: string): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
