/** What is used of jStat, which comes without types. */
interface Quantiles<Parameters extends number[]> {
  /** The value below which a share `p` of the distribution lies. */
  inv(p: number, ...parameters: Parameters): number;
}

declare const jStat: {
  chisquare: Quantiles<[degreesOfFreedom: number]>;
  normal: Quantiles<[mean: number, deviation: number]>;
  studentt: Quantiles<[degreesOfFreedom: number]>;
};

export default jStat;
