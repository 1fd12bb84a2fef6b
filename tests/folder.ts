import { assert } from "@std/assert";

/**
 * Makes a temporary folder, lets it be used, and removes it with all that is
 * in it.
 *
 * @returns what `use` returns
 */
export async function inFolder<Result>(
  use: (folder: string) => Result | Promise<Result>,
): Promise<Result> {
  const folder = await Deno.makeTempDir({ prefix: "dino-test-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Copies a folder to a path where nothing is yet. */
export async function copyFolder(from: string, to: string): Promise<void> {
  const args = ["-R", from, to];
  const { success } = await new Deno.Command("cp", { args }).output();
  assert(success, `${from} was not copied to ${to}`);
}
