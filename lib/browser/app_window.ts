/** A page of this program's own, in a window of its own. */
import type { BrowserConfig } from "../config/mod.ts";
import { ChromeNotFoundError, UsageError } from "../errors.ts";
import { programFile, sandboxFlags, whyNotStarted } from "./chrome.ts";
import { ChromeGuard } from "./guard.ts";

/** Why a window was not opened, and what to do. */
export function noWindow(cause: ChromeNotFoundError): UsageError {
  const [first] = cause.message.split("\n", 1);
  return new UsageError(
    `Cannot open a window on the display ${
      Deno.env.get("DISPLAY") ?? "(none)"
    }; use --no-window for an animated picture. ${first}`,
    { cause },
  );
}

/** A window that is open until its user closes it, or it is disposed of. */
export interface AppWindow extends AsyncDisposable {
  /** Resolves when it is closed. */
  closed: Promise<void>;
}

/**
 * Opens a page without tabs and address, large, by a profile of its own.
 *
 * @throws ChromeNotFoundError when there is no Chrome; `closed` throws it when
 * Chrome ends by itself, as it does without a display
 */
export async function openAppWindow(
  config: BrowserConfig,
  url: string,
): Promise<AppWindow> {
  const path = programFile(config);
  const guard = await ChromeGuard.create(path);
  const { status } = guard.start([
    ...["--no-first-run", "--no-default-browser-check", "--disable-sync"],
    ...["--window-size=1240,760", ...sandboxFlags()],
    ...[`--user-data-dir=${guard.folder}/profile`, `--app=${url}`],
  ]);
  const follow = async () => {
    const { success, code } = await status;
    if (success) return;
    const error = new Error(`it ended with exit code ${code}`);
    throw new ChromeNotFoundError(
      `Chrome at ${path} could not be started: ${whyNotStarted(error, guard)}`,
    );
  };
  return {
    closed: follow(),
    [Symbol.asyncDispose]: () => guard[Symbol.asyncDispose](),
  };
}
