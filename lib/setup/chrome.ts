// Not browser/mod.ts: that needs packages, which set-up runs before.
import { searchChrome } from "../browser/find.ts";
import { DinoDqnError } from "../errors.ts";
import { say } from "../say.ts";
import { findProgram, lastLine, run } from "../system/mod.ts";

/** Seconds that apt-get has to end in order when set-up is interrupted. */
const APT_GRACE_SECONDS = 60;
const REMEDY =
  "Install Chrome or Chromium (Debian: apt-get install chromium), " +
  "or set CHROME_PATH, then run: deno task setup";

/**
 * Makes sure that there is a Chrome; as root on Debian and Ubuntu it is
 * installed if not.
 *
 * @returns Chrome's path
 * @throws DinoDqnError when there is none, with the reason
 * @throws ChromeNotFoundError when the one that was named is not there
 */
export async function ensureChrome(): Promise<string> {
  const { path, lookedAt } = searchChrome({ path: null });
  if (path !== null) return path;
  const missing = `No Chrome was found (${lookedAt.join("; ")})`;
  if (Deno.env.get("DINO_NO_INSTALL") === "1") {
    throw new DinoDqnError(
      `${missing}, and DINO_NO_INSTALL=1 forbids to install one. ${REMEDY}`,
    );
  }
  if (Deno.uid() === 0 && findProgram(["apt-get"])) {
    say("No Chrome was found; installing Chromium: apt-get install chromium");
    const reason = await installChromium();
    const installed = searchChrome({ path: null }).path;
    if (installed !== null) return installed;
    throw new DinoDqnError(
      reason === null
        ? `apt-get installed the package chromium, but there is still no Chrome on the PATH. ${REMEDY}`
        : `${missing}, and apt-get could not install Chromium: ${reason}. ${REMEDY}`,
    );
  }
  throw new DinoDqnError(`${missing}. ${REMEDY}`);
}

/** @returns why it failed; null when it did not */
async function installChromium(): Promise<string | null> {
  for (
    const args of [
      ["update"],
      ["install", "-y", "--no-install-recommends", "chromium"],
    ]
  ) {
    const ended = await run("apt-get", ["-q", ...args], {
      env: { DEBIAN_FRONTEND: "noninteractive" },
      graceSeconds: APT_GRACE_SECONDS,
    });
    if (ended?.success) continue;
    const output = `${ended?.stdout ?? ""}${ended?.stderr ?? ""}`.trim();
    say(output);
    return lastLine(output);
  }
  return null;
}
