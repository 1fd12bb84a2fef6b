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
    `${device} (${precision}, threads per operation: ${threads?.intraOp})`;
  const [before, now] = [inWords(former ?? learner), inWords(learner)];
  const wanted = config.learner.precision;
  return [
    ...(wanted === learner.precision ? [] : [
      `learner.precision is ${wanted}, which needs a CPU with AVX512_BF16 or ` +
      `AMX: on ${learner.device} here it trains in ${learner.precision}.`,
    ]),
    ...((former && !former.precision) || before === now ? [] : [
      `The run trained on ${before} until now, and goes on with ${now}: it ` +
      "will not equal a run that was never stopped.",
    ]),
  ];
}
