/**
 * Stand-in for the part of `jsr:@std/cli/unstable-progress-bar` that the
 * program uses, for machines that cannot reach JSR.
 */

/** What a formatter is given at each update. */
export interface ProgressBarFormatter {
  /** Time since the start, `mm:ss`. */
  readonly styledTime: string;
  /** The bar: `###-------`. */
  readonly progressBar: string;
  readonly value: number;
  readonly max: number;
}

/** How a bar is made. */
export interface ProgressBarOptions {
  /** The value at which the bar is full. */
  max: number;
  /** Makes the line's text. */
  formatter: (formatter: ProgressBarFormatter) => string;
  /** @default {0} */
  value?: number;
  /** Length of the bar in characters. @default {50} */
  barLength?: number;
  /** Where the bar is drawn. @default {Deno.stderr.writable} */
  writable?: WritableStream<Uint8Array<ArrayBuffer>>;
}

const CLEAR_LINE = "\r\u001b[K";
/** Milliseconds between two updates. */
const INTERVAL = 1000;

/** A line that shows how far something has come, drawn once a second. */
export class ProgressBar {
  value: number;
  max: number;
  #formatter: ProgressBarOptions["formatter"];
  #barLength: number;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #timer: ReturnType<typeof setInterval>;
  #encoder = new TextEncoder();
  #start = Date.now();

  constructor(options: ProgressBarOptions) {
    const { value = 0, barLength = 50, writable = Deno.stderr.writable } =
      options;
    this.value = value;
    this.max = options.max;
    this.#formatter = options.formatter;
    this.#barLength = barLength;
    this.#writer = writable.getWriter();
    this.#timer = setInterval(() => this.#draw(), INTERVAL);
    this.#draw();
  }

  #line(): string {
    const share = Math.min(Math.max(this.value / this.max, 0), 1);
    const filled = Math.trunc(share * this.#barLength);
    const seconds = Math.floor((Date.now() - this.#start) / 1000);
    const pad = (n: number) => String(n).padStart(2, "0");
    return this.#formatter({
      styledTime: `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`,
      progressBar: "#".repeat(filled) + "-".repeat(this.#barLength - filled),
      value: this.value,
      max: this.max,
    });
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#writer.write(this.#encoder.encode(text));
    } catch {
      // Nobody looks any more: a progress bar is no reason to fail.
      clearInterval(this.#timer);
    }
  }

  #draw(): Promise<void> {
    return this.#write(CLEAR_LINE + this.#line());
  }

  /** Draws the bar a last time and ends its timer. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#draw();
    await this.#write("\n");
    this.#writer.releaseLock();
  }
}
