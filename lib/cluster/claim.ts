/** Who owns a job: not who holds its message, but who wrote its state last. */
import { isDeepStrictEqual } from "node:util";
import type { Machine } from "../doctor/mod.ts";
import { type Bus, insist } from "./bus.ts";
import { hasEnded, type JobState, stateIn } from "./jobs.ts";

/** JetStream's code for: another revision is the last. */
const WRONG_REVISION = 10071;

/** Another worker has the job now, or nobody wants it any more. */
export class LostJobError extends Error {}

/**
 * The right to write a job's state, until another worker takes it: each write
 * names the revision that it replaces. The queue alone does not fence: a worker
 * that was thought dead may come back, and keep a message alive that is another
 * one's by now.
 */
export class Claim {
  readonly #bus: Bus;
  readonly key: string;
  #revision: number;
  #state: JobState;

  private constructor(
    bus: Bus,
    key: string,
    revision: number,
    state: JobState,
  ) {
    this.#bus = bus;
    this.key = key;
    this.#revision = revision;
    this.#state = state;
  }

  /**
   * Takes a job from whoever had it.
   *
   * @returns null: it has ended
   * @throws LostJobError when another one was quicker
   */
  static async take(
    bus: Bus,
    key: string,
    worker: string,
    machine: Machine,
  ): Promise<Claim | null> {
    const entry = await insist(() => bus.jobs.get(key));
    const before = stateIn(entry);
    if (before && hasEnded(before)) return null;
    const machines = before?.machines ?? [];
    const state: JobState = {
      ...{ evaluations: [], files: {}, steps: 0, minutes: 0, reason: "" },
      ...before,
      ...{ state: "running", worker },
      deaths: before?.state === "running" ? before.deaths + 1 : 0,
      machines: machines.some((known) => isDeepStrictEqual(known, machine))
        ? machines
        : [...machines, { ...machine }],
    };
    const claim = new Claim(bus, key, entry?.revision ?? 0, state);
    await claim.write({});
    return claim;
  }

  get state(): Readonly<JobState> {
    return this.#state;
  }

  /** @throws LostJobError when it is another one's */
  async write(change: Partial<JobState>): Promise<void> {
    const next = { ...this.#state, ...change };
    const text = JSON.stringify(next);
    const { jobs } = this.#bus;
    const previousSeq = this.#revision;
    try {
      this.#revision = await insist(() =>
        jobs.put(this.key, text, { previousSeq })
      );
    } catch (error) {
      if ((error as { code?: number }).code !== WRONG_REVISION) throw error;
      // Unless it was this text, by a try whose answer was lost.
      const now = await insist(() => jobs.get(this.key));
      if (now?.string() !== text) throw new LostJobError(this.key);
      this.#revision = now.revision;
    }
    this.#state = next;
  }

  /** @throws LostJobError when it is another one's */
  async check(): Promise<void> {
    const now = await this.#bus.jobs.get(this.key);
    if (now?.revision !== this.#revision) throw new LostJobError(this.key);
  }
}
