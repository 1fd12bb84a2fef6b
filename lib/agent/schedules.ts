/**
 * A quantity that goes linearly from `initial` to `final` over `steps` agent
 * steps and then stays: ε of Mnih et al. 2013 (section 5), β of Schaul et al.
 * 2016 (section 3.4), and the learning rate.
 */
export interface LinearSchedule {
  initial: number;
  final: number;
  /** Agent steps from `initial` to `final`. */
  steps: number;
}

/** The value of a schedule after `step` agent steps. */
export function linear(schedule: LinearSchedule, step: number): number {
  const { initial, final, steps } = schedule;
  const done = Math.min(Math.max(step / steps, 0), 1);
  return initial * (1 - done) + final * done;
}
