import type { Learner } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import type { RunStart } from "../runs/mod.ts";

/** What is to be said of how a run computes. @param former its last start */
export function arithmeticNotes(
  config: Config,
  learner: Pick<Learner, "device" | "threads" | "precision">,
  former: Partial<RunStart> | undefined,
): string[] {
  const inWords = ({ device, threads, precision }: Partial<RunStart>) =>
    `${device} in ${precision}, ${threads?.intraOp} thread(s) per operation`;
  const [before, now] = [inWords(former ?? learner), inWords(learner)];
  return [
    ...(config.learner.precision === learner.precision ? [] : [
      `learner.precision is ${config.learner.precision}, which ${learner.device} here has not ` +
      `(a CPU with AVX512_BF16 or AMX has): it trains in ${learner.precision}.`,
    ]),
    ...(former && !former.precision || before === now ? [] : [
      `The run trained on ${before} and goes on on ${now}: it will not equal ` +
      "a run that was never stopped.",
    ]),
  ];
}
