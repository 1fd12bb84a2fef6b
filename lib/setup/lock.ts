import { DinoDqnError } from "../errors.ts";
import { say } from "../system/mod.ts";

async function open(cache: string, path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(cache, { recursive: true });
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    throw new DinoDqnError(
      `The cache folder ${cache} cannot be written (${
        (error as Error).message
      }): set DINO_CACHE to a folder of your own, then run: deno task setup`,
    );
  }
}

/**
 * Takes the cache's lock, so that two set-ups do not do the same work at once:
 * the second says whom it waits for. The system gives the lock back when its
 * holder ends, however it ends.
 *
 * @throws DinoDqnError when the folder cannot be written
 */
export async function lockCache(cache: string): Promise<Disposable> {
  const path = `${cache}/setup.lock`;
  const file = await open(cache, path);
  if (!await file.tryLock(true)) {
    const holder = (await Deno.readTextFile(path)).trim() || "unknown";
    say(`Another set-up (process ${holder}) works in ${cache}; waiting for it`);
    await file.lock(true);
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return file;
}
