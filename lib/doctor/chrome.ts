import { findChrome } from "../browser/mod.ts";
import type { BrowserConfig, Config } from "../config/mod.ts";
import { Environments } from "../env/mod.ts";
import { DinoDqnError, DinoPageError } from "../errors.ts";
import { attempt, type Check, fine, type Machine, missing } from "./check.ts";

const NAME = "Chrome";

function remedy({ path, endpoint }: BrowserConfig): string {
  if (endpoint !== null) return "Start that Chrome, or set browser.endpoint";
  if (path !== null) return "Set browser.path to a Chrome that starts";
  if (Deno.env.get("CHROME_PATH")) {
    return "Set CHROME_PATH to a Chrome that starts, or unset it";
  }
  return findChrome({ path: null })
    ? "Mend what it says, or set CHROME_PATH to a Chrome that starts"
    : "deno task setup (as root), or install Chrome or Chromium";
}

/**
 * Opens the game as training does.
 *
 * @param found gets Chrome's version and its script's hash
 */
export function checkChrome(config: Config, found: Machine): Promise<Check> {
  const { browser, env } = config;
  return attempt(NAME, remedy(browser), async () => {
    const where = browser.endpoint ?? findChrome(browser) ?? "no Chrome";
    try {
      await using opened = await Environments.open({
        ...config,
        env: { ...env, pages: 1 },
      });
      const { chromeVersion, scriptHash } = opened;
      found.chrome = chromeVersion;
      found.pageScript = scriptHash;
      return fine(
        NAME,
        `${chromeVersion}, ${where}; dino page, script SHA-256 ${scriptHash}`,
      );
    } catch (error) {
      const isUnusable = error instanceof DinoPageError ||
        error instanceof DinoDqnError && /policy/.test(error.message);
      if (!isUnusable) throw error;
      return missing(
        NAME,
        `${where}: ${error.message}`,
        "Use the full Chrome or Chromium, without a policy against it or the " +
          "game",
      );
    }
  });
}
