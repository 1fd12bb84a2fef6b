/**
 * Scores that others published for agents that play this game from its
 * pixels. None of them was measured here: they are quoted from the sources
 * named, which differ in hardware, pacing and number of games.
 */

/** A published result. `null`: not given there. */
export interface PublishedResult {
  game: "constant" | "accelerating";
  /** What was published, and by whom. */
  name: string;
  algorithm: string;
  mean: number | null;
  median: number | null;
  max: number | null;
  /** Games behind the figures. */
  episodes: number | null;
  /** Were these games of a finished agent, or the games of its training? */
  kind: "test" | "training" | "demonstration";
  source: string;
  note?: string;
}

/** Results of others on this game, each with its source. */
export const PUBLISHED_RESULTS: readonly PublishedResult[] = [
  {
    game: "constant",
    name: "Build an AI to play Dino Run (the tutorial, 2018)",
    algorithm: "DQN with pooling",
    mean: null,
    median: null,
    max: 4000,
    episodes: null,
    kind: "training",
    source: "github.com/Paperspace/DinoRunTutorial",
    note: 'given as "4000+"',
  },
  {
    game: "constant",
    name: "The tutorial's author's earlier model (2018)",
    algorithm: "DQN without pooling",
    mean: 16.19,
    median: null,
    max: 265,
    episodes: 203_578,
    kind: "training",
    source: "github.com/ravi72munde/Chrome-Dino-Reinforcement-Learning",
    note: "mean computed from its objects/scores_df.csv; the game was edited",
  },
  {
    game: "constant",
    name: "SamYuen101234/chrome_dino_RL",
    algorithm: "Double DQN",
    mean: 23_346.83,
    median: 11_971,
    max: 132_494,
    episodes: 100,
    kind: "test",
    source: "github.com/SamYuen101234/chrome_dino_RL",
    note: "no pterodactyls; 86 of 100 games above 4,000",
  },
  {
    game: "constant",
    name: "312707047/Dino-Run-with-Rainbow-DQN",
    algorithm: "a variant of Rainbow, not named",
    mean: 1033.7,
    median: null,
    max: 41_792,
    episodes: 1072,
    kind: "training",
    source: "github.com/312707047/Dino-Run-with-Rainbow-DQN",
    note: "computed from its Dino_run/log/False.csv",
  },
  {
    game: "accelerating",
    name: "yzheng51/rl-dino-run",
    algorithm: "Dueling DQN",
    mean: 2383.03,
    median: 1499.5,
    max: 8943,
    episodes: 30,
    kind: "test",
    source: "github.com/yzheng51/rl-dino-run",
  },
  {
    game: "accelerating",
    name: "yzheng51/rl-dino-run",
    algorithm: "Dueling DQN, batch normalisation",
    mean: 2083.37,
    median: 1912.5,
    max: 5389,
    episodes: 30,
    kind: "test",
    source: "github.com/yzheng51/rl-dino-run",
  },
  {
    game: "accelerating",
    name: "yzheng51/rl-dino-run, a human player",
    algorithm: "human",
    mean: 1121.9,
    median: 992.5,
    max: 2384,
    episodes: null,
    kind: "test",
    source: "github.com/yzheng51/rl-dino-run",
  },
  {
    game: "accelerating",
    name: "Ke, Zhao and Wei, AI for Chrome Offline Dinosaur Game (2016)",
    algorithm: "DQN",
    mean: 1216,
    median: null,
    max: 2501,
    episodes: 20,
    kind: "test",
    source: "Stanford CS229 project report, 2016",
  },
  {
    game: "accelerating",
    name: "vdutor/TF-rex (2018)",
    algorithm: "Double DQN",
    mean: 1600,
    median: null,
    max: null,
    episodes: null,
    kind: "demonstration",
    source: "vdutor.github.io/blog/2018/05/07/TF-rex.html",
    note: 'given as "typically reaches a score of around 1600"',
  },
];
