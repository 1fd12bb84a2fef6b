/** A table that another process appends to, read as it grows. */
import { mapCsv } from "../csv.ts";
import { fileSize, ifThere } from "../files.ts";

/** Bytes before the end of what was read, by which it is known again. */
const MARK_BYTES = 64;

/** What a spreadsheet may put before UTF-8, byte by byte. */
const BYTE_ORDER_MARK = "\xEF\xBB\xBF";
/** Without these, nothing can be drawn. */
const REQUIRED = ["step", "wall_s"];

/** Its columns of numbers; a cell that is none is NaN. */
export class GrowingTable {
  /** Each time the file was another one, or cut, all is read anew. */
  generation = 0;
  /** Lines that were read. */
  length = 0;
  readonly columns: Readonly<Record<string, number[]>>;
  #file: string;
  #names: readonly string[];
  #offset = 0;
  #header = "";
  #mark = "";

  /** @param names its columns that are wanted; those it lacks are NaN */
  constructor(file: string, names: readonly string[]) {
    this.#file = file;
    this.#names = names;
    this.columns = Object.fromEntries(names.map((name) => [name, []]));
  }

  /**
   * Reads what has come; a line that is still being written is left for later.
   *
   * @throws UsageError naming the file and the line that is broken
   */
  async read(): Promise<void> {
    const size = await ifThere(fileSize(this.#file));
    if (size === null) return this.#forget();
    using file = await Deno.open(this.#file);
    const start = Math.max(0, this.#offset - this.#mark.length);
    const bytes = new Uint8Array(Math.max(0, size - start));
    await file.seek(start, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    // One byte is one character, so that lengths are those of the file.
    const text = new TextDecoder("latin1").decode(bytes.subarray(0, filled));
    if (!text.startsWith(this.#mark)) {
      this.#forget();
      return await this.read();
    }
    const lines = text.slice(this.#mark.length);
    this.#take(lines.slice(0, lines.lastIndexOf("\n") + 1));
  }

  #take(text: string): void {
    if (text === "") return;
    const begun = this.#offset > 0;
    const body = begun ? 0 : text.indexOf("\n") + 1;
    if (!begun) {
      this.#header = text.slice(0, body).replace(BYTE_ORDER_MARK, "");
    }
    let at: number[] | undefined;
    const rows = mapCsv(
      this.#header + text.slice(body),
      this.#file,
      REQUIRED,
      (cells, header) => {
        at ??= this.#names.map((name) => header.indexOf(name));
        return at.map((c) => cells[c] ? Number(cells[c]) : NaN);
      },
    );
    for (const [i, name] of this.#names.entries()) {
      const column = this.columns[name]!;
      for (const row of rows) column.push(row[i]!);
    }
    this.length += rows.length;
    this.#offset += text.length;
    this.#mark = (this.#mark + text).slice(-MARK_BYTES);
  }

  #forget(): void {
    if (this.#offset === 0) return;
    this.generation++;
    this.length = this.#offset = 0;
    this.#mark = "";
    for (const column of Object.values(this.columns)) column.length = 0;
  }
}
