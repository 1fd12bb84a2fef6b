/** What a night says: some of it aloud, all of it into its log. */

/** Most bytes of a night's log. */
const MOST_BYTES = 10_000_000;

/** A log that never fails and never fills the disk. */
export class NightLog {
  readonly #path: string;
  readonly #say: (line: string) => void;
  readonly #mostBytes: number;
  #bytes = 0;

  /**
   * @param path the file, begun anew
   * @param say shows a line to whoever watches
   * @param mostBytes of the file; what comes after is left out
   */
  constructor(
    path: string,
    say: (line: string) => void,
    mostBytes: number = MOST_BYTES,
  ) {
    this.#path = path;
    this.#say = say;
    this.#mostBytes = mostBytes;
  }

  /** What the night does next, or what was unusual: said and kept. */
  say(line: string): void {
    this.#say(line);
    this.keep(`${new Date().toISOString()} ${line}`);
  }

  /** A line that is only kept. */
  keep(line: string): void {
    if (this.#bytes >= this.#mostBytes) return;
    const bytes = new TextEncoder().encode(line + "\n");
    this.#bytes += bytes.length;
    const rest = this.#bytes >= this.#mostBytes
      ? new TextEncoder().encode("The log is full; no more is kept.\n")
      : new Uint8Array();
    try {
      Deno.writeFileSync(this.#path, new Uint8Array([...bytes, ...rest]), {
        append: true,
      });
    } catch {
      // The disk is full: the night is more important than its log.
    }
  }
}

/** Bytes from which on a log is put aside. */
const ROTATE_BYTES = 1_000_000;
/** Older logs that are kept beside the present one. */
const OLD_LOGS = 2;

/**
 * Puts a log aside that has grown large: `log` becomes `log.1`, that `log.2`.
 * Who has it open goes on in `log.1`.
 */
export async function rotateLog(
  path: string,
  bytes: number = ROTATE_BYTES,
): Promise<void> {
  const size = await Deno.stat(path).then(({ size }) => size, () => 0);
  if (size < bytes) return;
  for (let number = OLD_LOGS; number > 0; number--) {
    const from = number === 1 ? path : `${path}.${number - 1}`;
    try {
      await Deno.rename(from, `${path}.${number}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
