/** What a viewer wants of the games that are shown. */
import { z } from "zod";
import { within } from "../time.ts";

/** What the page sends: one wish a message. */
const wishSchema = z.union([
  z.object({ pause: z.boolean() }),
  z.object({ step: z.literal(true) }),
  z.object({ pace: z.number().min(0).max(64) }),
  z.object({ occlusion: z.boolean() }),
  z.object({ jump: z.union([z.enum(["next", "end"]), z.int().min(0)]) }),
  z.object({ seed: z.int().min(0) }),
]);

/** Where to go: to another game, to this one's end, or to a decision of it. */
export type Jump = "next" | "end" | number | { seed: number };

/** The wishes that hold now. */
export class Controls {
  paused = false;
  /** Times the game's own pace; 0: as fast as it can. */
  pace = 1;
  occlusion = false;
  #steps = 0;
  #jump: Jump | null = null;
  #closed = false;
  #news = Promise.withResolvers<void>();
  #leave = new AbortController();

  /** Takes a message of the page; what is none of its wishes is left alone. */
  take(message: unknown): void {
    let wish: z.infer<typeof wishSchema>;
    try {
      wish = wishSchema.parse(JSON.parse(String(message)));
    } catch {
      return;
    }
    if ("pause" in wish) this.paused = wish.pause;
    if ("pace" in wish) this.pace = wish.pace;
    if ("occlusion" in wish) this.occlusion = wish.occlusion;
    if ("step" in wish) this.#steps++;
    if ("jump" in wish) this.#go(wish.jump);
    if ("seed" in wish) this.#go(wish);
    this.#wake();
  }

  /** The viewer has gone. */
  close(): void {
    this.#closed = true;
    this.#leave.abort();
    this.#wake();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Aborted by the next wish to go elsewhere. */
  get leave(): AbortSignal {
    return this.#leave.signal;
  }

  /** Where to go, once. */
  jump(): Jump | null {
    const jump = this.#jump;
    this.#jump = null;
    if (!this.#closed) this.#leave = new AbortController();
    return jump;
  }

  /**
   * Waits until the next moment is to be shown.
   *
   * @param due when it is, by `performance.now()`, unless the game is paused
   * @returns false when this game is to be left
   */
  async turn(due: number): Promise<boolean> {
    for (;;) {
      if (this.#closed || this.#jump !== null) return false;
      if (this.paused && this.#steps > 0) {
        this.#steps--;
        return true;
      }
      const wait = this.paused ? Infinity : due - performance.now();
      if (wait <= 0) return true;
      const news = this.#news.promise;
      await (wait < Infinity ? within(wait, news) : news);
    }
  }

  #go(jump: Jump): void {
    this.#jump = jump;
    this.#leave.abort();
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
