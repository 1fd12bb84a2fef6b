/** The user's cache folder: who works in it, building, and taking it away. */
import { DinoDqnError } from "../errors.ts";
import { folderBytes, namesIn, removeIfThere } from "../files.ts";
import { say } from "../say.ts";
import { acquireLock } from "../system/mod.ts";
import { cacheFolder } from "../tensorflow/locate.ts";

const STAGING = ".staging-";
const LOCK = "setup.lock";
/** The names that set-up gives to what it puts into the cache. */
const OWN = /^(tensorflow-\d|bindings$|\.staging-)/;

/**
 * Takes the cache's lock, so that two set-ups do not do the same work at once
 * (the second says whom it waits for), and removes what an interrupted one left.
 *
 * @throws DinoDqnError when the folder cannot be written
 */
export async function lockCache(): Promise<Disposable> {
  const cache = cacheFolder();
  const path = `${cache}/${LOCK}`;
  try {
    for (;;) {
      await Deno.mkdir(cache, { recursive: true });
      const lock = await acquireLock(path, "The cache", {
        onWait: (holder) =>
          say(`Another set-up (${holder}) works in ${cache}; waiting for it`),
      });
      // The one that was waited for may have taken the cache away, and another
      // one begun it anew.
      if (await lock.isThere()) {
        await removeFromCache((name) => name.startsWith(STAGING));
        return lock;
      }
      lock[Symbol.dispose]();
    }
  } catch (cause) {
    throw new DinoDqnError(
      `The cache folder ${cache} cannot be written (${
        (cause as Error).message
      }): set DINO_CACHE to a folder of your own, then run: deno task setup`,
      { cause },
    );
  }
}

/** A folder in the cache to build in; it is removed when done with. */
export async function stagingFolder(): Promise<
  AsyncDisposable & { path: string }
> {
  const path = `${cacheFolder()}/${STAGING}${Deno.pid}`;
  await Deno.mkdir(path);
  return {
    path,
    // What cannot be removed now is removed by the next set-up.
    [Symbol.asyncDispose]: () => removeIfThere(path).catch(() => {}),
  };
}

/**
 * Removes what set-up put into the user's cache. Anything else that lies there
 * stays: DINO_CACHE may name a folder that is used for more.
 *
 * @returns the folder, and how many bytes were freed
 */
export async function removeCache(): Promise<{ cache: string; bytes: number }> {
  const cache = cacheFolder();
  using _lock = await lockCache();
  const bytes = folderBytes(cache);
  await removeFromCache((name) => OWN.test(name));
  // The last: until then, others wait.
  await removeFromCache((name) => name === LOCK);
  const left = folderBytes(cache);
  // Fails, as it should, when something else is in it.
  await Deno.remove(cache).catch(() => {});
  return { cache, bytes: bytes - left };
}

async function removeFromCache(isOurs: (name: string) => boolean) {
  const cache = cacheFolder();
  for (const name of (await namesIn(cache)).filter(isOurs)) {
    await removeIfThere(`${cache}/${name}`);
  }
}
