/** An agent at play, in a window of its own. */
import { addAbortListener } from "node:events";
import { noWindow, openAppWindow } from "../browser/mod.ts";
import type { BrowserConfig } from "../config/mod.ts";
import { ChromeNotFoundError } from "../errors.ts";
import { serveWatch } from "./server.ts";
import type { ShowOptions } from "./show.ts";

/**
 * Shows games until the window is closed or the signal is aborted.
 *
 * @throws UsageError when the window cannot be opened
 */
export async function playInWindow(
  browser: BrowserConfig,
  show: ShowOptions,
  signal: AbortSignal,
): Promise<void> {
  await using server = serveWatch({ port: 0, show });
  const url = new URL("/play?window=1", server.url).href;
  const left = Promise.withResolvers<void>();
  using _leaving = addAbortListener(signal, () => left.resolve());
  try {
    await using opened = await openAppWindow(browser, url);
    await Promise.race([opened.closed, left.promise]);
  } catch (error) {
    if (signal.aborted || !(error instanceof ChromeNotFoundError)) throw error;
    throw noWindow(error);
  }
}
