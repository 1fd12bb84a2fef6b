import type { Config } from "./schema.ts";

/**
 * A config whose schedules have the lengths that they come to: where one is
 * null, that of the run.
 */
export function withSchedules(config: Config) {
  const { learner, replay, training: { steps } } = config;
  return {
    ...config,
    learner: {
      ...learner,
      learningRateSteps: learner.learningRateSteps ?? steps,
    },
    replay: { ...replay, betaSteps: replay.betaSteps ?? steps },
  };
}

/** A {@linkcode Config} of {@linkcode withSchedules}. */
export type ScheduledConfig = ReturnType<typeof withSchedules>;
