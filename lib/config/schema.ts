/**
 * The one description of a configuration: which keys there are, what each may
 * hold and what it means. `configs/default.yaml` holds every key's value;
 * other files name only what differs from the file they extend.
 */
import { COUNTER_END } from "../constants.ts";
import { z } from "zod";
import { type KeyFacts, keyFacts, knownKeys } from "./facts.ts";
import { isGroup } from "./values.ts";

const positiveInteger = z.int().min(1);
const nonNegative = z.number().min(0);
const positive = z.number().gt(0);
const share = z.number().min(0).max(1);
/** Longer than this no timer can wait: 2^31 - 1 milliseconds. */
const seconds = positive.max(2_147_483);
const minutes = positive.max(35_791);

/** A run keeps it for ever. */
const LASTING: KeyFacts = { lasting: true };
const PROGRAM: KeyFacts = { machine: "program" };
const DEVICE: KeyFacts = { machine: "device" };

/** Seeds of training games lie below this; evaluations use the ones above. */
export const TRAINING_SEEDS_END = 500_000;
/** Seeds from here on choose nothing: they are for final figures only. */
export const HELD_OUT_SEEDS_START = 1_000_000;
/** Each night of retraining has so many held-out seeds of its own. */
export const HELD_OUT_SEEDS_PER_NIGHT = 1_000;

const browserSchema = z.strictObject({
  path: z.string().nullable().describe(
    "The Chrome to start; null: found by itself (CHROME_PATH, the PATH, the usual places).",
  ),
  endpoint: z.string().nullable().describe(
    "A Chrome that runs already: its debugging address (host:port, http:// or ws://); null: start one.",
  ),
  headless: z.boolean().describe("Run Chrome without a window."),
  timeoutSeconds: seconds.describe(
    "Longest wait for one answer of Chrome, in seconds; then it counts as dead and is started again.",
  ),
});

/** The keys under `game`, which a stored game holds too. */
const gameSchema = z.strictObject({
  speed: z.union([z.literal("accelerating"), z.number().min(1).max(20)])
    .describe(
      "Speed in pixels per frame: a number for a constant speed (the game starts at 6), or 'accelerating' for the real game (6 to 13).",
    ),
  birds: z.boolean().describe(
    "Pterodactyls appear (from speed 8.5 on, as in the real game).",
  ),
  clouds: z.boolean().describe("Clouds are drawn."),
  night: z.boolean().describe(
    "The picture inverts to night every 700 points, as in the real game.",
  ),
  frameSkip: positiveInteger.max(60).describe(
    "Rendered frames per decision of the agent (60 frames are one second of play).",
  ),
  actions: z.union([z.literal(2), z.literal(3)]).describe(
    "2: nothing, jump. 3: nothing, jump, duck.",
  ),
  duckAnew: z.boolean().describe(
    "A down key that is held is pressed anew where it has lost its effect: after a drop the page may lose the next jump, or let the T-rex stand up.",
  ).register(keyFacts, { before: false }),
});

/** What `game` means where keys that came later are missing. */
const FORMER_GAME = Object.fromEntries(
  knownKeys(gameSchema).map(({ path, facts }) => [path[0], facts.before]),
);

/** The game of reports and stored games, of earlier programs too. */
export const playedGameSchema = z.preprocess(
  (game) => isGroup(game) ? { ...FORMER_GAME, ...game } : game,
  gameSchema,
);

const envSchema = z.strictObject({
  clock: z.enum(["lockstep", "live"]).describe(
    "'lockstep': the page advances when told, as fast as it can, and repeats exactly. 'live': the untouched page in real time.",
  ).register(keyFacts, LASTING),
  instances: positiveInteger.max(256).describe("Games played side by side.")
    .register(keyFacts, LASTING),
  pages: z.union([z.literal("auto"), positiveInteger.max(64)]).describe(
    "Chrome pages (processes) that the games are spread over; 'auto' takes the cores into account.",
  ),
  observation: z.enum(["page", "screenshot", "canvas"]).describe(
    "'page': pixels are scaled inside the page (fast); live play reads the page's own canvas (toDataURL). 'screenshot': whole pictures, equal to a screenshot's, are scaled by sharp; live play has real screenshots, which come 50 ms later. 'canvas': another word for 'page'.",
  ).register(keyFacts, LASTING),
  crop: z.strictObject({
    x: z.int().min(0).max(551).describe("Left edge."),
    y: z.int().min(0).max(149).describe("Top edge."),
    width: z.int().min(80).max(552).describe("Width."),
    height: z.int().min(80).max(150).describe("Height."),
  }).describe(
    "The part of the 552x150 canvas that the agent sees, in canvas pixels; it is scaled down to 80x80.",
  ).register(keyFacts, LASTING),
  maxEpisodeSteps: positiveInteger.nullable().describe(
    "Training games are cut (truncated) after so many agent steps; null: never.",
  ),
  randomStartSpeed: z.strictObject({
    share: share.describe("Share of the training games that start faster."),
    low: z.number().min(1).max(20).describe("Slowest starting speed."),
    high: z.number().min(1).max(20).describe("Fastest starting speed."),
  }).describe(
    "Training games of the accelerating game that start at a random speed; evaluations never do.",
  ),
  liveShare: share.describe(
    "Share of the training games that vary as live play does: keys arrive late, decisions take longer or shorter, the T-rex stands further left or right. Evaluations under the lock-step clock never do; without effect under the live clock.",
  ).register(keyFacts, { before: 0 }),
  randomStartScore: z.int().min(0).max(COUNTER_END).describe(
    "Training games start as if so many points or fewer had been made (a random number): with the nights and the moon that come then. 0: from the start. Evaluations always start at 0; without effect under the live clock.",
  ).register(keyFacts, { before: 0 }),
  plainStarts: share.describe(
    "Share of the training games that start as games are played, whatever randomStartSpeed and randomStartScore say: at the game's own speed, with no points.",
  ).register(keyFacts, { before: 0 }),
  stochasticFrameSkip: share.describe(
    "Share of the decisions of training games that take one rendered frame more or less than game.frameSkip. Evaluations never do; without effect under the live clock, and in games that vary as live play does.",
  ).register(keyFacts, { before: 0 }),
  crashStarts: z.strictObject({
    share: share.describe(
      "Share of the training games that begin 10 to 80 decisions before a crash and end 40 after it. They are short, and not in scores.csv.",
    ).register(keyFacts, { before: 0 }),
    games: positiveInteger.max(100).describe(
      "Greedy games on training seeds that are searched for crashes, before each evaluation.",
    ),
    maxScore: positiveInteger.describe("One of these games ends there."),
  }).describe(
    "Training games that begin shortly before a crash of the agent's own: the greedy agent plays on training seeds before each evaluation, and what it does not survive is practised until it does. Lock-step only.",
  ),
});

const rewardSchema = z.strictObject({
  alive: z.number().describe("Reward of a decision that was survived."),
  crash: z.number().describe("Reward of the decision that ended in a crash."),
  jump: z.number().max(0).describe(
    "Added when the action was a jump (0 or less).",
  ),
});

const convolution = z.strictObject({
  type: z.literal("conv2d"),
  filters: positiveInteger,
  kernel: positiveInteger,
  stride: positiveInteger,
  padding: z.enum(["same", "valid"]),
  pool: positiveInteger.optional().describe(
    "Max-pooling window and stride after the convolution, before its ReLU.",
  ),
});
const dense = z.strictObject({
  type: z.literal("dense"),
  units: positiveInteger,
});

/** Hidden layers; each ends in a ReLU. The output layer follows from the actions. */
const layersSchema = z.array(
  z.discriminatedUnion("type", [convolution, dense]),
).min(1);

/** Networks of an agent at most: `RUN@all` of several runs brings dozens. */
export const MOST_MEMBERS = 128;

const networkSchema = z.strictObject({
  layers: z.union([
    z.enum(["tutorial", "tutorial-no-pooling", "nips", "nature"]),
    layersSchema,
  ]).describe("A named network, or its hidden layers."),
  dueling: z.boolean().describe(
    "Value and advantage streams (Wang et al. 2016) in place of one output layer.",
  ),
  members: positiveInteger.max(MOST_MEMBERS).describe(
    "Networks that learn side by side from the same transitions and answer with the mean of their Q-values (an ensemble).",
  ).register(keyFacts, { before: 1 }),
});

const learnerSchema = z.strictObject({
  engine: z.enum(["graph", "eager"]).describe(
    "'graph': the whole update is one TensorFlow graph (fast). 'eager': tfjs-node-gpu, operation by operation (readable).",
  ),
  device: z.enum(["auto", "cpu", "gpu"]).describe(
    "'auto': the GPU when there is one. 'gpu': fail without one.",
  ).register(keyFacts, DEVICE),
  threads: positiveInteger.max(256).nullable().describe(
    "TensorFlow's threads on the CPU that share one operation; null: chosen by measurement, one. Of operations two run side by side; with 1, one.",
  ).register(keyFacts, DEVICE),
  precision: z.enum(["float32", "bfloat16"]).describe(
    "What the graph engine trains in on the CPU: 'bfloat16' is faster on processors with AVX512_BF16 or AMX; others, and GPUs, take float32.",
  ).register(keyFacts, { ...DEVICE, before: "float32" }),
  updatesPerRun: positiveInteger.max(256).describe(
    "Updates that are made at once, in one run of TensorFlow, when so many are due: their batches are drawn before the first of them.",
  ).register(keyFacts, { before: 1 }),
  batchSize: positiveInteger.max(65536).describe("Transitions per update."),
  discount: share.describe("Discount factor gamma per agent step.").register(
    keyFacts,
    LASTING,
  ),
  nStep: positiveInteger.max(100).describe(
    "Rewards summed before bootstrapping (n-step returns).",
  ).register(keyFacts, LASTING),
  doubleQ: z.boolean().describe(
    "Double DQN (van Hasselt et al. 2016): the online network chooses the next action, the target network values it.",
  ),
  loss: z.enum(["huber", "mse"]).describe(
    "Loss of a TD error: Huber with threshold 1, or its square.",
  ),
  gradientClipNorm: positive.nullable().describe(
    "Gradients are scaled down to this norm, of each member by itself; null: never.",
  ),
  learningRate: positive.describe("Adam's learning rate at the start."),
  finalLearningRate: positive.describe(
    "Learning rate at the end of the decay; equal to learningRate: constant.",
  ),
  learningRateSteps: positiveInteger.nullable().describe(
    "Agent steps over which the learning rate goes linearly from first to last; null: training.steps.",
  ),
  adamEpsilon: positive.describe("Adam's epsilon."),
  teacher: z.string().min(1).nullable().describe(
    "An agent, or several with commas between, whose Q-values are learned in place of what rewards promise (policy distillation, Rusu et al. 2016); null: none. The run keeps a copy.",
  ).register(keyFacts, { ...LASTING, before: null }),
  temperature: positive.describe(
    "With a teacher: below which differences of its Q-values another choice hardly counts.",
  ).register(keyFacts, { before: 0.05 }),
  targetUpdate: z.union([
    z.strictObject({ every: positiveInteger }),
    z.strictObject({ tau: positive.max(1) }),
  ]).describe(
    "Target network: copied every so many updates, or moved by tau at each update.",
  ),
  averageRate: share.describe(
    "Evaluation uses an exponential moving average of the weights that moves by this share at each update; 0: the weights themselves.",
  ).register(keyFacts, {
    lasting: (rate) => Number(rate) > 0,
  }),
});

const replaySchema = z.strictObject({
  capacity: positiveInteger.max(10_000_000).describe(
    "Agent steps kept (6.4 kB each).",
  ).register(keyFacts, LASTING),
  warmup: positiveInteger.describe(
    "Agent steps played before the first update (the tutorial's OBSERVATION).",
  ),
  prioritized: z.boolean().describe(
    "Proportional prioritised replay (Schaul et al. 2016) in place of uniform.",
  ).register(keyFacts, LASTING),
  alpha: share.describe("Prioritised replay: how much priorities count.")
    .register(keyFacts, LASTING),
  beta: share.describe(
    "Prioritised replay: importance-sampling correction at the start.",
  ),
  finalBeta: share.describe("The same at the end of its annealing."),
  betaSteps: positiveInteger.nullable().describe(
    "Agent steps over which beta goes linearly from first to last; null: training.steps.",
  ),
});

const explorationSchema = z.strictObject({
  initial: share.describe("Epsilon at the start: the share of random actions."),
  final: share.describe("Epsilon after its decay."),
  steps: positiveInteger.describe(
    "Agent steps over which epsilon goes linearly from first to last.",
  ),
  actionProbabilities: z.array(nonNegative).min(2).max(3).nullable().describe(
    "Probability of each action when it is random (nothing, jump, duck); null: equal. A player that jumps half of the time does not live long enough to learn.",
  ),
});

const trainingSchema = z.strictObject({
  steps: positiveInteger.describe("Agent steps of the whole run."),
  minutes: minutes.nullable().describe(
    "Training minutes of the run, evaluations included; null: no limit.",
  ),
  stepsPerUpdate: positiveInteger.describe(
    "Agent steps per update of the network.",
  ),
  logEvery: positiveInteger.describe("Agent steps per line of metrics.csv."),
  checkpointEvery: positiveInteger.describe("Agent steps between checkpoints."),
  keepCheckpoints: positiveInteger.describe(
    "Newest checkpoints kept, beside the best one.",
  ),
});

const evaluationSchema = z.strictObject({
  every: positiveInteger.describe(
    "Agent steps between greedy evaluations during training.",
  ),
  episodes: positiveInteger.max(10_000).describe("Games per evaluation."),
  maxScore: positiveInteger.max(COUNTER_END).describe(
    "A game that reaches this score ends there and counts as capped.",
  ),
  target: positive.nullable().describe(
    "Training stops when an evaluation's mean reaches this; null: never.",
  ),
  endEarly: z.boolean().describe(
    "Whether an evaluation in training ends as soon as it cannot reach the best one any more: the best checkpoint is the same, and its mean is told as an upper bound.",
  ).register(keyFacts, { before: false }),
  patience: positiveInteger.nullable().describe(
    "Training stops after so many evaluations without a better one; null: never.",
  ),
  finalEpisodes: positiveInteger.max(10_000).describe(
    "Games of the evaluation at the end, on seeds that chose nothing.",
  ),
});

const retrainingSchema = z.strictObject({
  minutes: minutes.describe(
    "Minutes of training per night, its evaluations included.",
  ),
  steps: positiveInteger.nullable().describe(
    "Agent steps of training per night, if they end sooner than the minutes; null: no limit.",
  ),
  challengers: positiveInteger.max(16).describe(
    "Challengers that are trained each night, by seeds of their own: seed, seed + 1, …; of several, and of all of them as one ensemble, the best on other games meets the champion.",
  ),
  episodes: z.int().min(10).max(HELD_OUT_SEEDS_PER_NIGHT).describe(
    "Games that champion and challenger each play, on seeds that are new every night.",
  ),
  maxScore: positiveInteger.max(COUNTER_END).describe(
    "One of these games that reaches this score ends there and counts as capped.",
  ),
  hardLimitMinutes: minutes.describe(
    "Longest that a whole night may take; then training is saved and the night ends.",
  ),
  freeDiskGb: nonNegative.describe(
    "Free disk, in 10^9 bytes, without which a night does not begin.",
  ),
});

const retentionSchema = z.strictObject({
  maxGb: positive.describe(
    "Most disk, in 10^9 bytes, for all that the nights leave: the challenger's run, champions, reports.",
  ),
  nights: positiveInteger.describe(
    "Newest nights whose reports and former champions are kept.",
  ),
});

const notifySchema = z.strictObject({
  command: z.array(z.string()).min(1).nullable().describe(
    "Program and arguments, run without a shell after each night, and training or sweep with --notify, with the result as JSON on stdin; null: none.",
  ),
  timeoutSeconds: seconds.describe(
    "Longest that this program may run, in seconds; then it is ended.",
  ),
});

/** Every key of a config; its description is what editors show. */
export const configSchema = z.strictObject({
  seed: z.int().min(0).max(0xffff_ffff).describe(
    "Seed of everything that is random in training.",
  ).register(keyFacts, LASTING),
  browser: browserSchema.describe("The Chrome that the game runs in.").register(
    keyFacts,
    PROGRAM,
  ),
  game: gameSchema.describe("Which game is played.").register(
    keyFacts,
    LASTING,
  ),
  env: envSchema.describe("How it is played: clocks, copies, observations."),
  reward: rewardSchema.describe("What the agent is rewarded for.").register(
    keyFacts,
    LASTING,
  ),
  network: networkSchema.describe("The Q-network.").register(keyFacts, LASTING),
  learner: learnerSchema.describe("How the network learns."),
  replay: replaySchema.describe("The replay memory."),
  exploration: explorationSchema.describe("Epsilon-greedy exploration."),
  training: trainingSchema.describe("How long, and what is written when."),
  evaluation: evaluationSchema.describe("Greedy games on held-out seeds."),
  retraining: retrainingSchema.describe("A night of deno task retrain."),
  retention: retentionSchema.describe("How much the nights may keep."),
  notify: notifySchema.describe(
    "Who is told how a night ended, or a training or sweep with --notify.",
  ).register(
    keyFacts,
    PROGRAM,
  ),
});

/** A complete configuration: every key has its value. */
export type Config = z.infer<typeof configSchema>;
/** The Chrome that the game runs in. */
export type BrowserConfig = Config["browser"];
/** Which game is played. */
export type GameConfig = Config["game"];
/** How the game is played. */
export type EnvConfig = Config["env"];
/** What the agent is rewarded for. */
export type RewardConfig = Config["reward"];
/** The Q-network. */
export type NetworkConfig = Config["network"];
/** How the network learns. */
export type LearnerConfig = Config["learner"];
/** Layers of a network that the config spells out. */
export type Layers = z.infer<typeof layersSchema>;
