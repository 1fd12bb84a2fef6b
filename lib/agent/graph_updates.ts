/** The updates that one run of a graph makes: one, or several in a loop. */
import type { LearnerConfig } from "../config/mod.ts";
import type {
  GraphBuilder,
  LoopValue,
  RunSpec,
  Tensor,
  Variable,
} from "../tensorflow/mod.ts";
import { buildUpdate, type UpdateInputs } from "./graph_update.ts";
import type { Network } from "./network.ts";
import { eachSet, type WeightSets } from "./weight_sets.ts";

/**
 * What a run is fed: of several updates each input along a first axis, the
 * first of them that is made, and the first after it that is not.
 */
export type UpdatesInputs =
  & { [Name in keyof UpdateInputs]: Tensor }
  & { begin?: Tensor<"int32">; end?: Tensor<"int32"> };

/**
 * Adds the updates of one run to a graph.
 *
 * @param compiledOn name of the device on which XLA compiles several updates as
 * one program; undefined: it does not
 * @returns the run: it takes the inputs in their order, and gives loss, mean Q
 * and TD errors, of several updates each along a first axis
 */
export function buildUpdates(
  g: GraphBuilder,
  network: Network,
  config: LearnerConfig,
  variables: WeightSets<Variable[]>,
  inputs: UpdatesInputs,
  compiledOn: string | undefined,
): RunSpec {
  const fed = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [
      name,
      { value: g.placeholder(dtype, shape, name), dtype, shape },
    ]),
  ) as unknown as Record<keyof UpdatesInputs, LoopValue>;
  const feeds = Object.values(fed).map(({ value }) => value);
  if (config.updatesPerRun === 1) {
    const values = Object.keys(fed).map((name, i) => [name, feeds[i]!]);
    const { loss, meanQ, tdErrors, targets } = buildUpdate(
      ...[g, network, config, variables] as const,
      Object.fromEntries(values) as unknown as UpdateInputs,
    );
    return { feeds, fetches: [loss, meanQ, tdErrors], targets };
  }
  const { begin, end, ...batches } = fed;
  const names = Object.keys(batches) as (keyof UpdateInputs)[];
  const handles = Object.values(variables).flat().map(({ handle }) =>
    ({ value: handle, dtype: "resource", shape: [] }) as const
  );
  const fetches = g.loop({
    begin: begin.value,
    end: end.value,
    fixed: [...handles, ...Object.values(batches)],
    values: [[], [], [config.batchSize]].map((one) => {
      const shape = [config.updatesPerRun, ...one];
      const value = g.op("Fill", [g.ints(shape), g.float(0)]);
      return { value, dtype: "float32", shape };
    }),
    turn(body, i, fixed, values) {
      const own = eachSet(
        config,
        (set) => variables[set]!.map((v) => ({ ...v, handle: fixed.shift()! })),
      );
      const batch = Object.fromEntries(
        names.map((name, k) => [name, body.at(fixed[k]!, i)]),
      ) as unknown as UpdateInputs;
      const { loss, meanQ, tdErrors, targets } = buildUpdate(
        ...[body, network, config, own, batch] as const,
      );
      const made = [loss, meanQ, tdErrors].map((result, k) =>
        body.withPart(values[k]!, i, result)
      );
      return { values: made, targets };
    },
  }, compiledOn);
  return { feeds, fetches };
}
