import { cacheFolder } from "../tensorflow/locate.ts";
import { lockCache } from "./lock.ts";
import { folderBytes } from "./progress.ts";

/** The names that set-up gives to what it puts into the cache. */
const OWN = /^(tensorflow-\d|bindings$|\.staging-|setup\.lock$)/;

/**
 * Removes what set-up put into the user's cache. Anything else that lies there
 * stays: DINO_CACHE may name a folder that is used for more.
 *
 * @returns the folder, and how many bytes were freed
 */
export async function removeCache(): Promise<{ cache: string; bytes: number }> {
  const cache = cacheFolder();
  using _lock = await lockCache(cache);
  const bytes = folderBytes(cache);
  for await (const { name } of Deno.readDir(cache)) {
    if (OWN.test(name)) {
      await Deno.remove(`${cache}/${name}`, { recursive: true });
    }
  }
  const left = folderBytes(cache);
  // Fails, as it should, when something else is in it.
  await Deno.remove(cache).catch(() => {});
  return { cache, bytes: bytes - left };
}
