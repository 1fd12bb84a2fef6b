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
  /** Milliseconds since the start. */
  readonly time: number;
  /** The same at the update before. */
  readonly previousTime: number;
  readonly value: number;
  /** The same at the update before. */
  readonly previousValue: number;
  readonly max: number;
}

export interface ProgressBarOptions {
  /** The value at which the bar is full. */
  max: number;
  /** @default {0} */
  value?: number;
  /** Where the bar is drawn. @default {Deno.stderr.writable} */
  writable?: WritableStream<Uint8Array<ArrayBuffer>>;
  /** Length of the bar in characters. @default {50} */
  barLength?: number;
  /** @default {"#"} */
  fillChar?: string;
  /** @default {"-"} */
  emptyChar?: string;
  /** Whether `stop` takes the bar away. @default {false} */
  clear?: boolean;
  /** Makes the line's text. */
  formatter?: (formatter: ProgressBarFormatter) => string;
  /** Whether `writable` stays open after `stop`. @default {true} */
  keepOpen?: boolean;
  /** Milliseconds between two updates. @default {1000} */
  interval?: number;
}

const CLEAR_LINE = "\r\u001b[K";

function defaultFormatter(x: ProgressBarFormatter): string {
  return `[${x.styledTime}] [${x.progressBar}] [${x.value}/${x.max}]`;
}

/** A line that shows how far something has come, drawn at an interval. */
export class ProgressBar {
  value: number;
  max: number;
  #options: Required<ProgressBarOptions>;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #encoder = new TextEncoder();
  #timer: ReturnType<typeof setInterval>;
  #start = Date.now();
  #previous = { time: 0, value: 0 };

  constructor(options: ProgressBarOptions) {
    this.#options = {
      value: 0,
      writable: Deno.stderr.writable,
      barLength: 50,
      fillChar: "#",
      emptyChar: "-",
      clear: false,
      formatter: defaultFormatter,
      keepOpen: true,
      interval: 1000,
      ...options,
    };
    this.value = this.#options.value;
    this.max = this.#options.max;
    this.#writer = this.#options.writable.getWriter();
    this.#timer = setInterval(() => this.#draw(), this.#options.interval);
    this.#draw();
  }

  #line(): string {
    const { barLength, fillChar, emptyChar, formatter } = this.#options;
    const time = Date.now() - this.#start;
    const share = Math.min(Math.max(this.value / this.max, 0), 1);
    const filled = Math.trunc(share * barLength);
    const seconds = Math.floor(time / 1000);
    const pad = (n: number) => String(n).padStart(2, "0");
    const line = formatter({
      styledTime: `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`,
      progressBar: fillChar.repeat(filled) +
        emptyChar.repeat(barLength - filled),
      time,
      previousTime: this.#previous.time,
      value: this.value,
      previousValue: this.#previous.value,
      max: this.max,
    });
    this.#previous = { time, value: this.value };
    return line;
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

  /** Draws the bar a last time, or takes it away, and ends its timer. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#options.clear) await this.#write(CLEAR_LINE);
    else {
      await this.#draw();
      await this.#write("\n");
    }
    if (this.#options.keepOpen) this.#writer.releaseLock();
    else await this.#writer.close();
  }
}
