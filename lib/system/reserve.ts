/** Room on the disk for what must be written though it is full. */
import { removeIfThere } from "../files.ts";

/** Bytes of a reserve: enough for a night's record, its pages and its log. */
const RESERVE_BYTES = 4_000_000;

/**
 * Writes on a full disk too, with the room that the reserve gives up meanwhile.
 *
 * @param reserve a file that is there for that alone
 */
export async function withReserve<T>(
  reserve: string,
  write: () => Promise<T>,
): Promise<T> {
  await removeIfThere(reserve);
  try {
    return await write();
  } finally {
    // A part of it is better than nothing.
    await Deno.writeFile(reserve, new Uint8Array(RESERVE_BYTES))
      .catch(() => {});
  }
}
