import type { Tab } from "../browser/mod.ts";
import { DinoPageError } from "../errors.ts";
import { sha256 } from "../sha256.ts";

/**
 * Loads the game's page and runs a first script in it, which looks whether it
 * is one that this program knows.
 *
 * @param unknown what to throw where the script fails.
 */
export async function loadDino<T>(
  tab: Tab,
  script: string,
  unknown: (reason: string) => DinoPageError,
): Promise<T> {
  await tab.goto("chrome://dino/");
  try {
    return await tab.evaluate<T>(script);
  } catch (error) {
    throw error instanceof DinoPageError ? unknown(error.message) : error;
  }
}

/**
 * A page whose game is not one that can be played, and what to do.
 *
 * @param how what it is not, in words
 * @param live whether it can be played in real time. @default {false}
 */
export function unknownPage(
  version: string,
  how: string,
  reason: string,
  live = false,
): DinoPageError {
  return new DinoPageError(
    `The game at chrome://dino of ${version} is not one that ${how}. ` +
      `${reason} Use another Chrome (browser.path), or ${
        live
          ? "play in real time (env.clock=live)."
          : "one without a policy against the game (AllowDinosaurEasterEgg, " +
            "URLBlocklist; chrome://policy shows them)."
      }`,
  );
}

/** SHA-256 (hexadecimal) of the page's own script, which is the game. */
export async function pageScriptHash(tab: Tab): Promise<string> {
  return await sha256(
    await tab.evaluate<string>("document.scripts[0].textContent"),
  );
}
