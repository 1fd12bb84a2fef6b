/** Figures in words. */
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A score, to the point. */
export const points = (score: number) => whole.format(score);

/** An interval of scores in words. */
export const intervalText = ([low, high]: readonly [number, number]) =>
  `${points(low)} to ${points(high)}`;
