/** Giving values to a graph's variables. */
import {
  type GraphBuilder,
  type Run,
  type Session,
  Tensor,
  type Variable,
} from "../tensorflow/mod.ts";
import type { NamedTensor } from "./types.ts";

/** Prepares that all of the variables get new values at once. */
export function prepareAssign(
  g: GraphBuilder,
  session: Session,
  variables: readonly Variable[],
): Run {
  const values = variables.map(({ shape, name }) =>
    g.placeholder("float32", shape, `${name}/value`)
  );
  return session.prepare({
    feeds: values,
    targets: variables.map((variable, i) => g.assign(variable, values[i]!)),
  });
}

/** Gives new values, in the order of the variables. */
export function assignAll(run: Run, tensors: readonly NamedTensor[]): void {
  using inputs = new DisposableStack();
  // New tensors each time: a variable goes on to use the one it was given.
  run.run(
    tensors.map(({ shape, data }) =>
      inputs.use(Tensor.from("float32", shape, data))
    ),
  );
}
