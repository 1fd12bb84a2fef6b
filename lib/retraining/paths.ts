import { dirname, join, resolve } from "node:path";
import { CHAMPION_FOLDER } from "../runs/mod.ts";

/**
 * The folder of the champion, and of the nights that it came through:
 *
 *     current          the champion: a link to one of the agents
 *     agents/night-N/  the agent that became champion in night N, complete
 *     nights/night-N/  report, log and games of night N
 *     history.csv      one line per night
 *     index.html       the curve over the nights
 *     last.json        the last night's result
 *     state.json       the number of the last night that began
 *     heartbeat.json   what goes on now
 *     lock             who retrains now
 *     log              what a schedule writes; log.1, log.2: older ones
 *     reserve          disk that is given up when it is full
 */
export interface ChampionFolder {
  /** The folder itself. Absolute, as all that follow. */
  path: string;
  /** The folder that it is in, with the runs beside it. */
  data: string;
  current: string;
  agents: string;
  nights: string;
  history: string;
  page: string;
  last: string;
  state: string;
  heartbeat: string;
  lock: string;
  log: string;
  reserve: string;
}

/** The layout of the champion's folder; looks at nothing. */
export function championFolderAt(
  path: string = CHAMPION_FOLDER,
): ChampionFolder {
  const absolute = resolve(path);
  const at = (name: string) => join(absolute, name);
  return {
    path: absolute,
    data: dirname(absolute),
    current: at("current"),
    agents: at("agents"),
    nights: at("nights"),
    history: at("history.csv"),
    page: at("index.html"),
    last: at("last.json"),
    state: at("state.json"),
    heartbeat: at("heartbeat.json"),
    lock: at("lock"),
    log: at("log"),
    reserve: at("reserve"),
  };
}

/** Name of the folders of a night: `night-12`. */
export const nightName = (night: number): string => `night-${night}`;

/** The number in a name that begins with a night's; null: it has none. */
export function nightOf(name: string): number | null {
  const match = /^night-(\d+)(?![\d])/.exec(name);
  return match ? Number(match[1]) : null;
}
