import { ChromeCrashedError } from "../errors.ts";
import { timerMs } from "../time.ts";

/**
 * The calls to one tab or browser that wait for an answer. Astral's own calls
 * neither end when Chrome dies nor report what Chrome refused; made through
 * here, each is answered, or rejected within its deadline, or rejected at once
 * when the other side is known to be gone.
 */
export class Calls {
  #waiting = new Set<(error: Error) => void>();
  #failure: ChromeCrashedError | null = null;
  readonly #seconds: number;

  /** @param seconds longest wait for one answer. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Why no call can be answered any more; `null` while calls can. */
  get failure(): ChromeCrashedError | null {
    return this.#failure;
  }

  /** Rejects all calls that wait, and all later ones, with the error. */
  fail(error: ChromeCrashedError): void {
    if (this.#failure) return;
    this.#failure = error;
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  /**
   * Waits for the answer of a call.
   *
   * @param what the call in words, for the error's message.
   * @param ask starts the call.
   * @throws ChromeCrashedError when no answer came in time, or the other side
   * died, now or before; a call that ran out of time fails the later ones too.
   */
  answer<T>(what: string, ask: () => Promise<T>): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          this.fail(
            new ChromeCrashedError(
              `Chrome did not answer within ${this.#seconds} s (${what}).`,
            ),
          ),
        timerMs(this.#seconds),
      );
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(giveUp);
      };
      const giveUp = (error: Error) => {
        settle();
        reject(error);
      };
      this.#waiting.add(giveUp);
      ask().then((value) => {
        settle();
        resolve(value);
      }, giveUp);
    });
  }

  /**
   * The same for a command of the protocol, whose answer is an object; Astral
   * gives `undefined` in place of what Chrome said when it refused.
   */
  async command<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const answer = await this.answer(what, ask);
    if (answer === undefined) {
      throw new ChromeCrashedError(`Chrome refused a command (${what}).`);
    }
    return answer;
  }
}
