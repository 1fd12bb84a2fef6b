/** Writing a report's folder as a whole. */
import { dirname, join } from "node:path";
import { UsageError } from "../errors.ts";
import { removeIfThere } from "../files.ts";

/** Files by name, with `/` between folders. */
export type Files = Record<string, string | Uint8Array>;

/**
 * Replaces a folder by one with these files. They are written beside it first,
 * so that the folder is the old one or the new one and never a part of either.
 *
 * @throws UsageError when it cannot be written
 */
export async function replaceFolder(
  folder: string,
  files: Files,
): Promise<void> {
  const partial = `${folder}.partial`;
  try {
    await removeIfThere(partial);
    for (const [name, content] of Object.entries(files)) {
      const path = join(partial, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
    }
    await removeIfThere(folder);
    await Deno.rename(partial, folder);
  } catch (cause) {
    await removeIfThere(partial).catch(() => {});
    throw new UsageError(
      `Cannot write ${folder}: ${(cause as Error).message}; its parent must ` +
        "be a folder that this user may write to, with free space.",
      { cause },
    );
  }
}
