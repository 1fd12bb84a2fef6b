import { DinoDqnError } from "../errors.ts";
import { say } from "../say.ts";
import { acquireLock } from "../system/mod.ts";

/**
 * Takes the cache's lock, so that two set-ups do not do the same work at once:
 * the second says whom it waits for.
 *
 * @throws DinoDqnError when the folder cannot be written
 */
export async function lockCache(cache: string): Promise<Disposable> {
  try {
    await Deno.mkdir(cache, { recursive: true });
    return await acquireLock(`${cache}/setup.lock`, "The cache", {
      onWait: (holder) =>
        say(`Another set-up (${holder}) works in ${cache}; waiting for it`),
    });
  } catch (cause) {
    throw new DinoDqnError(
      `The cache folder ${cache} cannot be written (${
        (cause as Error).message
      }): set DINO_CACHE to a folder of your own, then run: deno task setup`,
      { cause },
    );
  }
}
