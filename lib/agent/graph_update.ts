/**
 * The update of a Deep Q-Network as one TensorFlow graph, in the order of
 * algorithm 1 of V. Mnih et al., "Human-level control through deep
 * reinforcement learning", Nature 518, 2015. One run of it is one update.
 */
import type { LearnerConfig } from "../config/mod.ts";
import type {
  GraphBuilder,
  Operation,
  Output,
  Variable,
} from "../tensorflow/mod.ts";
import { ADAM_BETA1, ADAM_BETA2 } from "./adam.ts";
import { qNetwork } from "./graph_network.ts";
import { membersParts, type Network } from "./network.ts";
import type { WeightSets } from "./weight_sets.ts";

/** What is fed for one update: a `Batch` and Adam's two numbers. */
export interface UpdateInputs {
  observations: Output;
  nextObservations: Output;
  actions: Output;
  returns: Output;
  discounts: Output;
  weights: Output;
  teacherQ?: Output;
  /** αₜ of `adamStep` */
  stepSize: Output;
  /** ε̂ of `adamStep` */
  epsilonHat: Output;
}

/** What one run computes, and the operations that change the variables. */
export interface Update {
  loss: Output;
  meanQ: Output;
  /** [batch] */
  tdErrors: Output;
  targets: Operation[];
}

/** The learner's variables. */
type LearnerVariables = WeightSets<Variable[]>;

/** Adds the update to a graph. */
export function buildUpdate(
  g: GraphBuilder,
  network: Network,
  config: LearnerConfig,
  variables: LearnerVariables,
  inputs: UpdateInputs,
): Update {
  const members = network.members.length;
  const theta = variables.online.map((v) => g.read(v));
  const thetaTarget = variables.target.map((v) => g.read(v));
  // All of this is [members, batch]: each member learns by itself, from the same
  // transitions, with a target network of its own.
  const q = (weights: Output[], observations: Output) =>
    qNetwork(g, network, weights, observations);
  const select = (qValues: Output, actions: Output) =>
    g.sum(g.mul(qValues, g.oneHot(actions, network.actions)), [2]);
  const own = q(theta, inputs.observations);
  const estimate = select(own, inputs.actions);

  // y = R + γⁿ max_a Q(S', a; θ⁻), with R and γⁿ = 0 at the end from replay.
  // Double DQN lets θ choose the action (H. van Hasselt, A. Guez, D. Silver,
  // "Deep Reinforcement Learning with Double Q-learning", AAAI 2016, eq. 4).
  const target = () => {
    const nextQ = q(thetaTarget, inputs.nextObservations);
    const choosing = config.doubleQ ? q(theta, inputs.nextObservations) : nextQ;
    const nextValue = select(nextQ, g.argMax(choosing, 2));
    return g.stopGradient(
      g.add(inputs.returns, g.mul(inputs.discounts, nextValue)),
    );
  };

  // The loss of y - Q(S, A; θ), weighted by prioritised replay.
  const lossOf = (errors: Output) =>
    config.loss === "mse" ? g.square(errors) : huber(g, errors);
  const learned = () => {
    const errors = g.sub(target(), estimate);
    return { errors, losses: lossOf(errors) };
  };
  // Of a teacher's Q-values the loss, too, the mean of all actions; and by how
  // much the choice among them is another, where it matters.
  const taught = (teacherQ: Output) => {
    const errors = g.sub(teacherQ, own);
    const choices = divergence(g, network, config, teacherQ, own);
    const withChoices = (x: Output) => g.add(g.mean(x, [2]), choices);
    return {
      errors: withChoices(g.abs(errors)),
      losses: withChoices(lossOf(errors)),
    };
  };
  const { errors, losses } = inputs.teacherQ
    ? taught(inputs.teacherQ)
    : learned();
  const ofMembers = g.mean(g.mul(inputs.weights, losses), [1]);

  // A gradient descent step with respect to θ.
  let gradients = g.gradients(g.sum(ofMembers, [0]), theta);
  const { gradientClipNorm } = config;
  if (gradientClipNorm !== null) {
    gradients = membersParts(members, gradients).flatMap((part) =>
      clipByNorm(g, part, gradientClipNorm)
    );
  }
  const steps = gradients.map((gradient, i) =>
    adam(g, variables, i, gradient, inputs)
  );

  // Every C steps reset Q^ = Q: a run of its own. Or softly, in each update.
  const moved = [
    ...("tau" in config.targetUpdate
      ? moveTowards(
        g,
        variables.target,
        variables,
        steps,
        config.targetUpdate.tau,
      )
      : []),
    ...moveTowards(
      g,
      variables.average ?? [],
      variables,
      steps,
      config.averageRate,
    ),
  ];
  return {
    loss: g.mean(ofMembers, [0]),
    meanQ: g.mean(estimate, [0, 1]),
    tdErrors: g.mean(members > 1 ? g.abs(errors) : errors, [0]),
    targets: [...steps, ...moved],
  };
}

/** Huber's loss with threshold 1: m²/2 + |δ| - m, where m = min(|δ|, 1). */
function huber(g: GraphBuilder, errors: Output): Output {
  const size = g.abs(errors);
  const quadratic = g.minimum(size, g.float(1));
  return g.add(
    g.mul(g.square(quadratic), g.float(0.5)),
    g.sub(size, quadratic),
  );
}

/**
 * τ KL(softmax(q'/τ) ‖ softmax(q/τ)) (A. Rusu et al., "Policy distillation", ICLR
 * 2016, section 3.2, in units of Q-values): hardly anything where all actions are
 * as good, and much where one of them is the only one.
 *
 * @param teacherQ q': [batch, actions]
 * @param own q: [members, batch, actions]
 * @returns [members, batch]
 */
function divergence(
  g: GraphBuilder,
  { actions, members }: Network,
  { temperature }: LearnerConfig,
  teacherQ: Output,
  own: Output,
): Output {
  const logits = (q: Output) =>
    g.mul(g.reshape(q, [-1, actions]), g.float(1 / temperature));
  const probabilities = g.softmax(logits(teacherQ));
  const logarithms = g.reshape(
    g.logSoftmax(logits(own)),
    [members.length, -1, actions],
  );
  const differences = g.sub(g.logSoftmax(logits(teacherQ)), logarithms);
  const sum = g.sum(g.mul(probabilities, differences), [2]);
  return g.mul(sum, g.float(temperature));
}

/**
 * Scales a member's gradients by min(1, limit / ‖all of them‖) (R. Pascanu, T.
 * Mikolov, Y. Bengio, "On the difficulty of training recurrent neural
 * networks", 2013).
 */
function clipByNorm(
  g: GraphBuilder,
  gradients: Output[],
  limit: number,
): Output[] {
  const squares = gradients.map((x) =>
    g.sum(g.reshape(g.square(x), [-1]), [0])
  );
  const norm = g.sqrt(g.addN(squares));
  const scale = g.minimum(g.float(1), g.div(g.float(limit), norm));
  return gradients.map((x) => g.mul(x, scale));
}

/** Adam's step of one weight tensor, in the form that adam.ts describes. */
function adam(
  g: GraphBuilder,
  variables: LearnerVariables,
  index: number,
  gradient: Output,
  { stepSize, epsilonHat }: UpdateInputs,
): Operation {
  const weight = variables.online[index]!;
  // The kernel's own bias correction stays out: powers of 0 make it 1.
  const noPower = g.float(0);
  return g.op(
    "ResourceApplyAdam",
    [
      weight.handle,
      variables.firstMoments[index]!.handle,
      variables.secondMoments[index]!.handle,
      noPower,
      noPower,
      stepSize,
      g.float(ADAM_BETA1),
      g.float(ADAM_BETA2),
      epsilonHat,
      gradient,
    ],
    {},
    { name: `${weight.name}/adam` },
  ).operation;
}

/** x ← x - rate (x - θ) for each x of `moving`, with θ after the update. */
function moveTowards(
  g: GraphBuilder,
  moving: Variable[],
  { online }: LearnerVariables,
  steps: Operation[],
  rate: number,
): Operation[] {
  return moving.map((x, i) => {
    const theta = g.read(online[i]!, { after: [steps[i]!] });
    return g.assignSub(x, g.mul(g.float(rate), g.sub(g.read(x), theta)));
  });
}
