/** Logs of what goes on while nobody watches. */
import { ifThere } from "../files.ts";

/** Most bytes of a log; what comes after is left out. */
const MOST_BYTES = 10_000_000;

/** A log that never fails and never fills the disk: some of it is said aloud. */
export class Log {
  readonly #path: string;
  readonly #say: (line: string) => void;
  #bytes = 0;

  /**
   * @param path the file, begun anew
   * @param say shows a line to whoever watches
   */
  constructor(path: string, say: (line: string) => void) {
    this.#path = path;
    this.#say = say;
  }

  /** What is done next, or what was unusual: said and kept. */
  say(line: string): void {
    this.#say(line);
    this.keep(`${new Date().toISOString()} ${line}`);
  }

  /** A line that is only kept. */
  keep(line: string): void {
    if (this.#bytes >= MOST_BYTES) return;
    const bytes = new TextEncoder().encode(line + "\n");
    this.#bytes += bytes.length;
    const rest = this.#bytes >= MOST_BYTES
      ? new TextEncoder().encode("The log is full; no more is kept.\n")
      : new Uint8Array();
    try {
      Deno.writeFileSync(this.#path, new Uint8Array([...bytes, ...rest]), {
        append: true,
      });
    } catch {
      // The disk is full: the work is more important than its log.
    }
  }
}

/** Bytes from which on a log is put aside. */
const ROTATE_BYTES = 1_000_000;

/**
 * Puts a log aside that has grown large: `log` becomes `log.1`, that `log.2`.
 * Who has it open goes on in `log.1`.
 */
export async function rotateLog(path: string): Promise<void> {
  const size = (await ifThere(Deno.stat(path)))?.size ?? 0;
  if (size < ROTATE_BYTES) return;
  await ifThere(Deno.rename(`${path}.1`, `${path}.2`));
  await Deno.rename(path, `${path}.1`);
}
