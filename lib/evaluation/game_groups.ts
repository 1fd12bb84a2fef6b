/** The games that an evaluation plays side by side. */
import type { Environments, LiveEnv, LockstepEnv } from "../env/mod.ts";

/**
 * Most games that are played side by side: the 100 of `eval` at once, so that
 * none waits behind a long one while seats of short ones stand still.
 */
const SIDE_BY_SIDE = 100;

/** Games for {@linkcode evaluate}, until they are disposed of. */
export interface GameGroups extends AsyncDisposable {
  readonly groups: readonly (LockstepEnv | LiveEnv)[];
}

/** Games of each of `groups` groups when `episodes` are to be played. */
export const seatsPerGroup = (
  episodes: number,
  groups = Math.min(episodes, 2),
): number => Math.ceil(Math.min(episodes, SIDE_BY_SIDE) / groups);

/**
 * Opens as many games as `episodes` can use: two groups, so that the policy
 * decides for one while Chrome steps the other; with the live clock one game.
 *
 * @throws what `Environments.create` throws
 */
export async function openGameGroups(
  environments: Environments,
  episodes: number,
): Promise<GameGroups> {
  const count = environments.clock === "live" ? 1 : Math.min(episodes, 2);
  const numEnvs = seatsPerGroup(episodes, count);
  await using opened = new AsyncDisposableStack();
  const groups: (LockstepEnv | LiveEnv)[] = [];
  for (let i = 0; i < count; i++) {
    groups.push(
      opened.use(await environments.create({ training: false, numEnvs })),
    );
  }
  const kept = opened.move();
  return { groups, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
