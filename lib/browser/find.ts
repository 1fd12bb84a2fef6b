/**
 * Finding Chrome. This file imports nothing but this program's own plain
 * files, so that set-up can use it before any package is there.
 */
import { ChromeNotFoundError } from "../errors.ts";

/** Names of Chrome on the PATH, the one that is most likely newest first. */
const NAMES = [
  "google-chrome",
  "google-chrome-stable",
  "chromium",
  "chromium-browser",
];

/** Where Chrome's installer puts it on macOS. */
const MACOS_PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Environment variables that may name the Chrome to start. */
const VARIABLES = ["CHROME_PATH", "ASTRAL_BIN_PATH"];

/** What {@linkcode findChrome} found, and all the places it looked at. */
export interface ChromeSearch {
  /** The Chrome to start; `null`: there is none in the places looked at. */
  path: string | null;
  /** Each place with what was found there, in the order of the search. */
  lookedAt: string[];
}

/** The named file with links resolved, or `null` when it is no file. */
function realFile(path: string): string | null {
  try {
    const real = Deno.realPathSync(path);
    return Deno.statSync(real).isFile ? real : null;
  } catch {
    return null;
  }
}

function isHeadlessShell(path: string): boolean {
  return /headless[-_]shell/.test(path.split("/").at(-1) ?? "");
}

/** @throws ChromeNotFoundError when the path is that of chrome-headless-shell. */
function refuseHeadlessShell(path: string, source: string): void {
  if (isHeadlessShell(path) || isHeadlessShell(realFile(path) ?? "")) {
    throw new ChromeNotFoundError(
      `${source} is ${path}, but chrome-headless-shell has no dino page: ` +
        "use the full Chrome or Chromium.",
    );
  }
}

/** A Chrome that was named must be there: no other is taken in its place. */
function named(path: string, source: string): string {
  refuseHeadlessShell(path, source);
  if (!realFile(path)) {
    throw new ChromeNotFoundError(
      `${source} names ${path}, which is not a file: ` +
        "give the path of Chrome's or Chromium's program file.",
    );
  }
  return path;
}

/**
 * Looks for Chrome: the config's `browser.path`, then `CHROME_PATH` and
 * `ASTRAL_BIN_PATH`, then google-chrome, google-chrome-stable, chromium and
 * chromium-browser on the PATH, then the usual places on macOS.
 *
 * @throws ChromeNotFoundError when a path that was named does not exist, or is
 * chrome-headless-shell.
 */
export function searchChrome(browser: { path: string | null }): ChromeSearch {
  const lookedAt: string[] = [];
  if (browser.path !== null) {
    return { path: named(browser.path, "browser.path"), lookedAt };
  }
  lookedAt.push("browser.path: not set");
  for (const variable of VARIABLES) {
    const path = Deno.env.get(variable);
    if (path) return { path: named(path, variable), lookedAt };
    lookedAt.push(`${variable}: not set`);
  }
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter(Boolean);
  const candidates = [
    ...NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`)),
    ...(Deno.build.os === "darwin" ? MACOS_PLACES : []),
  ];
  const path = candidates.find((candidate) => {
    const real = realFile(candidate);
    return real !== null && !isHeadlessShell(real);
  });
  lookedAt.push(`PATH: no ${NAMES.join(", ")}`);
  if (Deno.build.os === "darwin") lookedAt.push(...MACOS_PLACES);
  return { path: path ?? null, lookedAt };
}

/**
 * The Chrome to start, or `null` when none is installed in a place that
 * {@linkcode searchChrome} looks at.
 *
 * @throws ChromeNotFoundError as `searchChrome` does.
 */
export function findChrome(browser: { path: string | null }): string | null {
  return searchChrome(browser).path;
}
