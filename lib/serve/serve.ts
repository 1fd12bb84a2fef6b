/** Lock-step games, played by whoever holds the other end of two pipes. */
import { z } from "zod";
import { type Config, TRAINING_SEEDS_END } from "../config/mod.ts";
import { Environments, type EpisodeSchedule } from "../env/mod.ts";
import { firstIssue, UsageError } from "../errors.ts";
import { hash32 } from "../random.ts";
import { trainingEpisodes } from "../training/mod.ts";
import {
  bytesMessage,
  jsonMessage,
  PROTOCOL,
  StateWriter,
} from "./messages.ts";

/** Bytes of a request at most: a list of seeds of some thousand games. */
const MOST_BYTES = 1_000_000;

/** A pipe that is read and written while nothing else goes on. */
export interface Pipe {
  readSync(bytes: Uint8Array): number | null;
  writeSync(bytes: Uint8Array): number;
}

/** Options of {@linkcode serveGames}. */
export interface ServeOptions {
  /** Games side by side. */
  games: number;
  /** Whether what is for training games alone applies: `env.maxEpisodeSteps`. */
  training: boolean;
  pipe: Pipe;
}

const seed = z.int().min(0).max(2 ** 31 - 1);
const resetSchema = z.strictObject({
  /** Of each game's first episode; later ones follow from it. */
  seeds: z.array(seed).optional(),
  /** In place of seeds: the games that `deno task train --seed` plays. */
  training: seed.optional(),
  /** Each game plays one episode, then stands still. */
  once: z.boolean().default(false),
  /** Score at which a game is cut. */
  maxScore: z.int().min(1).optional(),
});

/**
 * Answers requests until the other side closes its end.
 *
 * @throws what `Environments.open` throws, and ChromeCrashedError when Chrome
 * could not be brought back
 */
export async function serveGames(
  config: Config,
  { games, training, pipe }: ServeOptions,
): Promise<void> {
  await using environments = await Environments.open(config);
  await using env = environments.createLockstep({ training, numEnvs: games });
  const writer = new StateWriter(games);
  let schedule: EpisodeSchedule | null = null;
  let episodes: number[] = [];
  /** Of the games that are being played; -1: it stands still. */
  let seeds: number[] = [];
  const seedOf = (episode: number, game: number) =>
    schedule!(game, episode)?.seed ?? -1;

  const answer = async (kind: string, body: Uint8Array) => {
    if (kind === "R") {
      const begun = scheduleOf(config, games, body);
      const first = await env.reset(begun);
      schedule = begun;
      episodes = new Array(games).fill(0);
      seeds = episodes.map(seedOf);
      return [writer.write(first, seeds)];
    }
    if (kind !== "S" && kind !== "P") {
      throw new UsageError(`there is no request ${JSON.stringify(kind)}`);
    }
    if (!schedule) {
      throw new UsageError("the games have not begun: reset first");
    }
    if (kind === "P") return bytesMessage(await env.render());
    if (body.length !== games) {
      throw new UsageError(`${body.length} actions for ${games} games`);
    }
    const step = await env.step(body);
    step.infos.forEach(({ episode }, game) => {
      if (episode) seeds[game] = seedOf(++episodes[game]!, game);
    });
    return [writer.write(step, seeds, step)];
  };

  write(
    pipe,
    jsonMessage("H", {
      ...{ protocol: PROTOCOL, games, actions: env.numActions },
      frameSkip: config.game.frameSkip,
      chrome: environments.chromeVersion,
      pageScript: environments.scriptHash,
    }),
  );
  for (const request of requests(pipe)) {
    const [kind, body] = [
      String.fromCharCode(request[0] ?? 0),
      request.slice(1),
    ];
    try {
      write(pipe, await answer(kind, body));
    } catch (error) {
      // An action or a seed that is none leaves the games as they are.
      if (!(error instanceof UsageError || error instanceof RangeError)) {
        throw error;
      }
      write(pipe, jsonMessage("E", { message: error.message }));
    }
  }
}

/** @throws UsageError when it is no request to begin */
function scheduleOf(
  config: Config,
  games: number,
  body: Uint8Array,
): EpisodeSchedule {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new UsageError("a reset must be JSON");
  }
  const { data, error } = resetSchema.safeParse(content);
  if (error) throw new UsageError(`reset: ${firstIssue(error)}`);
  const { seeds, training, once, maxScore } = data;
  const cap = maxScore === undefined ? {} : { maxScore };
  if (training !== undefined) {
    const schedule = trainingEpisodes({ ...config, seed: training });
    return (game, episode) => {
      const start = once && episode > 0 ? null : schedule(game, episode);
      return start && { ...start, ...cap };
    };
  }
  if (seeds?.length !== games) {
    throw new UsageError(
      `reset: ${seeds?.length ?? "no"} seeds for ${games} games`,
    );
  }
  return (game, episode) => {
    if (once && episode > 0) return null;
    const first = seeds[game]!;
    const seed = episode === 0
      ? first
      : hash32(first, episode) % TRAINING_SEEDS_END;
    return { seed, ...cap };
  };
}

/**
 * Reads requests. Waiting in `readSync` takes half as long as an awaited read
 * (91 and 174 µs for an answer), and Chrome has nothing to say meanwhile.
 *
 * @throws UsageError when it is no request
 */
function* requests(pipe: Pipe): Generator<Uint8Array, void, void> {
  // A request comes as one piece, and is read as one.
  let buffer = new Uint8Array(4096);
  let filled = 0;
  for (;;) {
    const end = 4 + (filled < 4 ? 1 : lengthIn(buffer));
    if (filled >= end) {
      yield buffer.slice(4, end);
      buffer.copyWithin(0, end, filled);
      filled -= end;
      continue;
    }
    if (end > buffer.length) {
      const larger = new Uint8Array(end);
      larger.set(buffer.subarray(0, filled));
      buffer = larger;
    }
    const count = pipe.readSync(buffer.subarray(filled));
    if (count === null) return;
    filled += count;
  }
}

/** Bytes of the request whose length stands first. */
function lengthIn({ buffer }: Uint8Array<ArrayBuffer>): number {
  const bytes = new DataView(buffer).getUint32(0, true);
  if (bytes >= 1 && bytes <= MOST_BYTES) return bytes;
  throw new UsageError(
    `a request of ${bytes} bytes: stdin must speak this program's protocol`,
  );
}

function write(pipe: Pipe, parts: readonly Uint8Array[]): void {
  for (const bytes of parts) {
    for (let at = 0; at < bytes.length;) {
      at += pipe.writeSync(bytes.subarray(at));
    }
  }
}
