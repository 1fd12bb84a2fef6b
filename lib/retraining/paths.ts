import { dirname, join, resolve } from "node:path";
import { CHAMPION_FOLDER } from "../runs/mod.ts";

/**
 * The folder of the champion, and of the nights that it came through:
 *
 *     current          the champion: a link to one of the agents
 *     agents/night-N/  the agent that became champion in night N, complete
 *     nights/night-N/  report, log and games of night N
 *
 * A night's `report.json` is all that is known of it; what follows is written
 * from there, for people and for monitoring:
 *
 *     history.csv      one line per night
 *     index.html       the curve over the nights
 *     last.json        the last night's result
 *     heartbeat.json   what goes on now
 *     state.json       the last night that began
 *
 * and beside it:
 *
 *     lock             who retrains now
 *     log              what a schedule writes; log.1, log.2: older ones
 *     reserve          disk that is given up when it is full
 */
export type ChampionFolder = ReturnType<typeof championFolderAt>;

/** The layout of the champion's folder, all absolute; looks at nothing. */
export function championFolderAt(path: string = CHAMPION_FOLDER) {
  const absolute = resolve(path);
  const at = (name: string) => join(absolute, name);
  return {
    path: absolute,
    /** The folder that it is in, with the runs beside it. */
    data: dirname(absolute),
    runs: join(dirname(absolute), "runs"),
    current: at("current"),
    agents: at("agents"),
    nights: at("nights"),
    history: at("history.csv"),
    page: at("index.html"),
    last: at("last.json"),
    heartbeat: at("heartbeat.json"),
    state: at("state.json"),
    lock: at("lock"),
    log: at("log"),
    reserve: at("reserve"),
  };
}

/** Name of the folders of a night: `night-12`. */
export const nightName = (night: number): string => `night-${night}`;

/** The folder of a night's report, log and games. */
export const nightPath = ({ nights }: ChampionFolder, night: number): string =>
  join(nights, nightName(night));

/**
 * The number in a name that begins with a night's; null: it has none. A copy
 * named by its day, `night-20261124`, is no night: there are no seeds for it.
 */
export function nightOf(name: string): number | null {
  const match = /^night-(\d{1,6})(?!\d)/.exec(name);
  return match ? Number(match[1]) : null;
}
