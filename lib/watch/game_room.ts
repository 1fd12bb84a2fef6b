/** Viewers who watch an agent play, each with a game of their own. */
import { joined } from "../bytes.ts";
import { readStoredGame } from "../recording/mod.ts";
import { Controls } from "./controls.ts";
import { dataFile, isNameOnly } from "./data_folder.ts";
import { type Screen, showGames, type ShowOptions } from "./show.ts";
import { UsageError } from "../errors.ts";

/** Viewers at once: each needs a Chrome. */
const MOST_VIEWERS = 2;
/** Bytes that wait for a slow viewer; pictures beyond are left out. */
const MOST_WAITING = 2_000_000;
/** What stands before the name of an agent that comes with the program. */
const PRETRAINED = /^pretrained\//;

/** The games that are being shown. */
export class GameRoom {
  #shows = new Map<Controls, Promise<void>>();
  #usual: ShowOptions;

  /** @param usual what is shown to who names no agent */
  constructor(usual: ShowOptions) {
    this.#usual = usual;
  }

  /** Answers a request to watch: `?agent=NAME&game=FILE&seed=N`. */
  enter(request: Request): Response {
    const { searchParams } = new URL(request.url);
    // A busy machine, and one that slept, answers late.
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: 120,
    });
    const controls = new Controls();
    socket.onmessage = ({ data }) => controls.take(data);
    socket.onclose = () => controls.close();
    socket.onopen = () => {
      const show = this.#show(socket, controls, searchParams)
        .catch((error) => {
          if (!controls.closed) {
            send(socket, { error: (error as Error).message });
          }
        })
        .finally(() => {
          this.#shows.delete(controls);
          socket.close();
        });
      this.#shows.set(controls, show);
    };
    return response;
  }

  async #show(
    socket: WebSocket,
    controls: Controls,
    query: URLSearchParams,
  ): Promise<void> {
    const others = [...this.#shows];
    if (others.filter(([{ closed }]) => !closed).length >= MOST_VIEWERS) {
      throw new UsageError(
        `${MOST_VIEWERS} games are being watched already; close one of those pages.`,
      );
    }
    // A page that is reloaded comes back before its old Chrome has closed.
    await Promise.all(others.flatMap(([old, s]) => old.closed ? [s] : []));
    const target = query.get("agent");
    if (target === null) {
      return await showGames(screenOn(socket), controls, this.#usual);
    }
    if (!isNameOnly(target.replace(PRETRAINED, ""))) {
      throw new UsageError(`${JSON.stringify(target)} is not an agent's name.`);
    }
    const path = query.get("game");
    const file = path === null ? null : dataFile(path);
    if (path !== null && !file) {
      throw new UsageError(
        `${JSON.stringify(path)} is not in the data folder.`,
      );
    }
    const seed = query.get("seed");
    await showGames(screenOn(socket), controls, {
      target,
      ...(file && { stored: await readStoredGame(file.path) }),
      ...(seed !== null && { seed: seedIn(seed) }),
    });
  }

  /** Ends all games. */
  async close(): Promise<void> {
    for (const controls of this.#shows.keys()) controls.close();
    await Promise.all(this.#shows.values());
  }
}

function seedIn(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(
    `A seed is a whole number, not ${JSON.stringify(text)}.`,
  );
}

function send(socket: WebSocket, data: object | Uint8Array<ArrayBuffer>): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(data instanceof Uint8Array ? data : JSON.stringify(data));
}

/**
 * A moment is one binary message: the length of what follows as uint32, then
 * JSON, then the picture [150, 552] and the observation [80, 80, 4], bytes.
 */
function screenOn(socket: WebSocket): Screen {
  return {
    game: (game) => send(socket, { game }),
    moment({ picture, observation, game, ...moment }, about) {
      if (socket.bufferedAmount > MOST_WAITING && !game) return;
      const said = new TextEncoder().encode(
        JSON.stringify({ ...moment, ...about, score: game?.score ?? null }),
      );
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, said.length, true);
      send(socket, joined([length, said, picture, observation]));
    },
  };
}
