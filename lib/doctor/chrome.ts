import { Chrome, findChrome } from "../browser/mod.ts";
import type { BrowserConfig } from "../config/mod.ts";
import { sha256 } from "../sha256.ts";
import { attempt, type Check, fine, missing } from "./check.ts";

/** Large enough for the game's canvas. */
const VIEWPORT = { width: 800, height: 400 } as const;

const NAME = "Chrome";

function remedy({ path, endpoint }: BrowserConfig): string {
  if (endpoint !== null) return "Start that Chrome, or set browser.endpoint";
  if (path !== null) return "Set browser.path to a Chrome that starts";
  return Deno.env.get("CHROME_PATH")
    ? "Set CHROME_PATH to a Chrome that starts, or unset it"
    : "deno task setup (as root), or install Chrome or Chromium";
}

/** Starts Chrome and opens the dino page: its version and its script's hash. */
export function checkChrome(config: BrowserConfig): Promise<Check> {
  return attempt(NAME, remedy(config), async () => {
    const where = config.endpoint ?? findChrome(config) ??
      "downloaded by Astral";
    await using chrome = await Chrome.launch(config);
    await using tab = await chrome.newTab(VIEWPORT);
    await tab.goto("chrome://dino");
    const page = await tab.evaluate<{ isGame: boolean; script: string }>(
      `({
        isGame: typeof Runner === "function" &&
          document.querySelector("canvas") !== null,
        script: document.scripts[0]?.textContent ?? "",
      })`,
    );
    const found = `${chrome.version}, ${where}`;
    if (!page.isGame) {
      return missing(
        NAME,
        `${found}: chrome://dino shows no game`,
        "Use the full Chrome or Chromium, without the policy that switches " +
          "the game off",
      );
    }
    return fine(
      NAME,
      `${found}; dino page, script SHA-256 ${await sha256(page.script)}`,
    );
  });
}
