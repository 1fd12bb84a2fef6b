import { say } from "../say.ts";
import { sizeText } from "../text.ts";

/** Work whose progress can be measured. */
export interface Work<T> {
  label: string;
  /** Bytes when it is done. */
  total: number;
  /** Bytes done so far. */
  measure: () => number;
  run: () => Promise<T>;
}

/**
 * Does work and shows on stderr how far it is: a line that is drawn again on a
 * terminal, one line at the start elsewhere.
 */
export async function withProgress<T>(work: Work<T>): Promise<T> {
  const { label, total, measure } = work;
  if (!Deno.stderr.isTerminal()) {
    say(`${label} (${sizeText(total)})`);
    return await work.run();
  }
  const draw = (bytes: number) => {
    const done = sizeText(Math.min(bytes, total));
    say(`\r\x1b[K${label}: ${done} of ${sizeText(total)}`, "");
  };
  const timer = setInterval(() => draw(measure()), 500);
  try {
    draw(0);
    const result = await work.run();
    draw(total);
    return result;
  } finally {
    clearInterval(timer);
    say("");
  }
}
