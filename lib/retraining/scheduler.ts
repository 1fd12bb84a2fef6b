/** What a scheduler is: cron, or the user's systemd. */
import type { Job } from "./job.ts";

/** A step of a change of the schedule. */
export interface ScheduleStep {
  /** What will be written, removed or run: lines for the user. */
  shown: string;
  /**
   * @returns what is left to the user, the end of a sentence; null: nothing
   * @throws DinoDqnError if it cannot be done
   */
  run(): Promise<string | null>;
}

/** A schedule that is installed. */
export interface InstalledSchedule {
  kind: "cron" | "systemd";
  /** When, in cron's or systemd's words. */
  expression: string;
  /** The next start; null: never, or it cannot be known. */
  next: Date | null;
  /** The last time at which it had to start a night; null: none, or unknown. */
  previous: Date | null;
  /** What is wrong with it, in a sentence; null: nothing. */
  problem: string | null;
}

/**
 * Starts nights at their time. There is one schedule for each data folder, which
 * is asked for by all paths that lead there, the one without links first.
 */
export interface Scheduler {
  /**
   * What runs a job at a time; what is there for the same data is replaced.
   *
   * @param time in the scheduler's own words
   * @throws UsageError if it is none, DinoDqnError if the scheduler is not here
   */
  install(time: string, job: Job): Promise<ScheduleStep[]>;
  /** @throws DinoDqnError if it cannot be seen */
  installed(data: readonly string[]): Promise<InstalledSchedule[]>;
  /** What takes all of it away; none: there is nothing. @throws as above */
  remove(data: readonly string[]): Promise<ScheduleStep[]>;
}
