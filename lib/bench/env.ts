/** Speed of the lock-step environment, beside that of the bare protocol. */
import type { Config } from "../config/mod.ts";
import { Environments, type LockstepEnv } from "../env/mod.ts";
import { median } from "../evaluation/mod.ts";
import { hash32, Random } from "../random.ts";
import { playRandomly } from "./work.ts";

/** What {@linkcode benchEnv} measures, and for how long. */
export interface EnvBenchOptions {
  instances: number[];
  frameSkips: number[];
  /** Measurements of each; the median counts. */
  rounds: number;
  /** Length of a measurement. */
  milliseconds: number;
}

/** Speed of one setting. */
export interface EnvBenchResult {
  instances: number;
  /** Rendered frames per agent step. */
  frameSkip: number;
  observation: Config["env"]["observation"];
  agentStepsPerSecond: number;
  /**
   * Shares of the time: in the page's own thread, in sharp, and in all between
   * them: Chrome's protocol and what is left to do in this process.
   */
  share: { page: number; protocol: number; sharp: number };
}

/** The document of `deno task bench env --json`. */
export interface EnvBench {
  /** Calls per second that do nothing, one after the other, in the same run. */
  roundTripsPerSecond: number;
  /** Chrome pages that the games are spread over. */
  pages: number;
  results: EnvBenchResult[];
}

/** One setting, its environment and what was measured of it so far. */
interface Candidate {
  env: LockstepEnv;
  environments: Environments;
  setting: Pick<EnvBenchResult, "instances" | "frameSkip" | "observation">;
  rates: number[];
  seconds: { all: number; page: number; sharp: number };
}

/**
 * Plays random games in every setting, in turns with bare round trips, so
 * that what else the machine does falls on all of them alike.
 *
 * @throws what `Environments.open` throws
 */
export async function benchEnv(
  config: Config,
  options: EnvBenchOptions,
): Promise<EnvBench> {
  await using resources = new AsyncDisposableStack();
  const candidates: Candidate[] = [];
  for (const observation of ["page", "screenshot"] as const) {
    // Screenshots are the slow path: their share of sharp is of interest, at
    // the setting that training uses.
    const [skips, sizes] = observation === "page"
      ? [options.frameSkips, options.instances]
      : [options.frameSkips.slice(-1), [config.env.instances]];
    for (const frameSkip of skips) {
      const environments = resources.use(
        await Environments.open({
          ...config,
          game: { ...config.game, frameSkip },
          env: { ...config.env, observation },
        }),
      );
      for (const instances of sizes) {
        const env = resources.use(
          environments.createLockstep({
            training: true,
            numEnvs: instances,
          }),
        );
        await env.reset((environment, episode) => ({
          seed: hash32(config.seed, environment, episode),
        }));
        candidates.push({
          env,
          environments,
          setting: { instances, frameSkip, observation },
          rates: [],
          seconds: { all: 0, page: 0, sharp: 0 },
        });
      }
    }
  }
  const { environments } = candidates[0]!;
  const random = new Random(config.seed);
  const roundTrips: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    roundTrips.push(await measureRoundTrips(environments, options));
    for (const candidate of candidates) {
      await measureSteps(candidate, options, random, config);
    }
  }
  return {
    roundTripsPerSecond: median(roundTrips),
    pages: environments.pages,
    results: candidates.map(summary),
  };
}

function summary({ setting, rates, seconds }: Candidate): EnvBenchResult {
  const page = seconds.page / seconds.all;
  const sharp = seconds.sharp / seconds.all;
  return {
    ...setting,
    agentStepsPerSecond: median(rates),
    share: { page, protocol: 1 - page - sharp, sharp },
  };
}

async function measureRoundTrips(
  environments: Environments,
  { milliseconds }: EnvBenchOptions,
): Promise<number> {
  const start = performance.now();
  let trips = 0;
  while (performance.now() - start < milliseconds) {
    await environments.roundTrip();
    trips++;
  }
  return trips / (performance.now() - start) * 1000;
}

async function measureSteps(
  { env, environments, rates, seconds }: Candidate,
  { milliseconds }: EnvBenchOptions,
  random: Random,
  config: Config,
): Promise<void> {
  const pageBefore = await environments.busyMs();
  const sharpBefore = env.scalingMs;
  const start = performance.now();
  const isEnough = () => performance.now() - start >= milliseconds;
  const steps = await playRandomly(config, env, random, isEnough);
  const elapsed = performance.now() - start;
  rates.push(steps / elapsed * 1000);
  seconds.all += elapsed / 1000;
  seconds.page += (await environments.busyMs() - pageBefore) / 1000;
  seconds.sharp += (env.scalingMs - sharpBefore) / 1000;
}
