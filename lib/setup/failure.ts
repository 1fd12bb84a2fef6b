import { DinoDqnError } from "../errors.ts";
import { lastLine } from "../system/mod.ts";

const AGAIN = "then run: deno task setup";

/** What a program's error output means, and what to do about it. */
const CAUSES: readonly [RegExp, string][] = [
  [
    /No space left on device|Disk quota exceeded/,
    `the disk is full. Make room, or set DINO_CACHE to a folder on another disk, ${AGAIN}`,
  ],
  [
    /DO NOT MATCH THE HASHES|does not match the hash/,
    `a file does not have the pinned SHA-256, so it was thrown away. Check the package index that pip uses (python3 -m pip config list), empty its cache (python3 -m pip cache purge), ${AGAIN}`,
  ],
  [
    /No module named pip/,
    `python3 has no pip. Install it (Debian and Ubuntu: apt-get install python3-pip), ${AGAIN}`,
  ],
  [
    /ConnectionError|NewConnectionError|ConnectTimeout|ReadTimeout|Read timed out|name resolution|ProxyError|Max retries|Network is unreachable|Connection broken|SSLError/i,
    `the package index does not answer. Check the network and pip's settings (python3 -m pip config list), ${AGAIN}`,
  ],
  [
    /No matching distribution|Could not find a version/,
    `the package index does not have it. Check which index pip uses (python3 -m pip config list), ${AGAIN}`,
  ],
];

/**
 * Turns the failure of a program into one sentence.
 *
 * @param what failed, as the start of the sentence: "TensorFlow could not be …"
 * @param stderr the program's error output
 */
export function failure(what: string, stderr: string): DinoDqnError {
  const cause = CAUSES.find(([pattern]) => pattern.test(stderr))?.[1];
  return new DinoDqnError(
    `${what}: ${cause || lastLine(stderr) || "it said nothing"}`,
  );
}
