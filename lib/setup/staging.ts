const PREFIX = ".staging-";

/** A folder in the cache to build in; it is removed when done with. */
export async function stagingFolder(
  cache: string,
): Promise<AsyncDisposable & { path: string }> {
  const path = `${cache}/${PREFIX}${Deno.pid}`;
  await Deno.mkdir(path);
  return { path, [Symbol.asyncDispose]: () => remove(path) };
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch {
    // What cannot be removed now is swept by the next set-up.
  }
}

/**
 * Removes what set-ups that were interrupted left in the cache. For the holder
 * of the cache's lock.
 */
export async function sweep(cache: string): Promise<void> {
  for await (const { name } of Deno.readDir(cache)) {
    if (name.startsWith(PREFIX)) await remove(`${cache}/${name}`);
  }
}
