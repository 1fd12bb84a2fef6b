import { formatCsv, parseCsv } from "../csv.ts";
import { CheckpointError, whyNotWritten } from "../errors.ts";

/** Bytes in which the first line of a table ends. */
const HEADER_BYTES = 4096;
const LINE_END = "\n".charCodeAt(0);

/**
 * A table that grows line by line and can be read while it does.
 *
 * A line that cannot be written (a full disk) is kept and tried again with the
 * next one; only {@linkcode flush} complains.
 */
export class CsvFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();
  /** Columns of the file: one that an earlier program began may lack the last. */
  readonly #columns: number;
  /** Bytes in the file. */
  #size: number;
  #pending: Uint8Array[] = [];

  /**
   * @param path the file
   * @param columns names of the columns: the first line
   * @param position size in bytes to go on from; what lies behind it is cut
   * off. Absent: the file begins anew.
   */
  constructor(path: string, columns: readonly string[], position?: number) {
    this.#path = path;
    this.#size = position ?? 0;
    this.#file = Deno.openSync(path, { read: true, write: true, create: true });
    try {
      this.#columns = this.#size === 0 ? columns.length : this.#columnsThere();
      this.#file.truncateSync(this.#size);
      this.#file.seekSync(this.#size, Deno.SeekMode.Start);
    } catch (error) {
      this.#file.close();
      throw error;
    }
    if (position === undefined) this.append(columns);
  }

  #columnsThere(): number {
    const start = new Uint8Array(HEADER_BYTES);
    const length = this.#file.readSync(start) ?? 0;
    const [header] = new TextDecoder().decode(start.subarray(0, length))
      .split("\n", 1);
    return header!.split(",").length;
  }

  /** Adds a line; a number that is not finite leaves its cell empty. */
  append(cells: readonly (number | string)[]): void {
    const line =
      cells.slice(0, this.#columns).map((cell) =>
        typeof cell === "number" && !Number.isFinite(cell) ? "" : String(cell)
      ).join(",") + "\n";
    this.#pending.push(this.#encoder.encode(line));
    try {
      this.#write();
    } catch {
      // Kept in #pending; flush() says so.
    }
  }

  /**
   * Waits until every line is on the disk.
   *
   * @returns the file's size, to go on from
   * @throws CheckpointError if a line cannot be written
   */
  flush(): number {
    try {
      this.#write();
      this.#file.syncDataSync();
    } catch (cause) {
      throw new CheckpointError(
        `Cannot write ${this.#path}: ${whyNotWritten(cause)}; ` +
          "its lines are kept in memory until they can be written",
        { cause },
      );
    }
    return this.#size;
  }

  #write(): void {
    for (let line; (line = this.#pending[0]);) {
      const written = this.#file.writeSync(line);
      this.#size += written;
      if (written === line.length) this.#pending.shift();
      else this.#pending[0] = line.subarray(written);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/**
 * Where a table goes on: a run is more than its log, so one that lost lines, or
 * all of them, goes on with what is there. One that another program has saved (a
 * spreadsheet) is first written as this one does.
 *
 * @param columns names of its columns; an earlier program's may lack the last
 * @param position its size in bytes when the checkpoint was made
 * @param warn told of lines that are lost or were changed
 * @returns its size to go on from; undefined: it begins anew
 * @throws UsageError naming the line that cannot be read
 */
export function goesOnAt(
  path: string,
  columns: readonly string[],
  position: number,
  warn: (message: string) => void,
): number | undefined {
  let bytes = new Uint8Array();
  try {
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const [header] = new TextDecoder().decode(bytes.subarray(0, HEADER_BYTES))
    .split("\n", 1);
  const isOurs = columns.join().startsWith(header!);
  if (isOurs && bytes.length < position) {
    warn(
      `warning: ${path} has ${bytes.length} bytes, but ${position} when the ` +
        "checkpoint was made: lines were removed since; it goes on without them",
    );
    // After its last whole line.
    return bytes.lastIndexOf(LINE_END) + 1 || undefined;
  }
  if (isOurs && bytes[position - 1] === LINE_END) return position;
  const rows = parseCsv(new TextDecoder().decode(bytes), path, ["step"])
    .map((row) => columns.map((column) => row[column] ?? ""));
  warn(
    `warning: ${path} was saved by another program; its lines are written ` +
      "anew, and it goes on after the last one",
  );
  const table = new TextEncoder().encode(formatCsv(columns, rows));
  Deno.writeFileSync(`${path}.partial`, table);
  Deno.renameSync(`${path}.partial`, path);
  return table.length;
}
