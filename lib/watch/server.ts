/** The page's server: it reads the data folder and changes nothing. */
import { fileURLToPath } from "node:url";
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { UsageError } from "../errors.ts";
import { readAtMost } from "../files.ts";
import { themeCss } from "../drawing/mod.ts";
import { SCROLL_CSS, type Section } from "../report/mod.ts";
import { RunCurves } from "./curves.ts";
import { dataFile } from "./data_folder.ts";
import { guard, isLoopback } from "./guard.ts";
import { GameRoom } from "./game_room.ts";
import type { ShowOptions } from "./show.ts";
import {
  isThere,
  readDetails,
  readNightsPage,
  readOverview,
  readSweep,
  runNamed,
} from "./views.ts";

/** Milliseconds between two looks at what is new. */
const LOOK_MS = 500;
/** The port that is tried first: TensorBoard's is 6006. */
const USUAL_PORT = 6007;
/** Runs that the front shows until all are read: a screen of them. */
const FIRST_RUNS = 24;
/** Runs whose tables are kept in memory. */
const KEPT_RUNS = 12;

/** A file of data is shown alone: it runs nothing and loads nothing. */
const FILE_POLICY =
  "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const JAVASCRIPT = "text/javascript; charset=utf-8";

/** What the browser is given, by its path. */
const ASSETS: Record<string, readonly [path: string, type: string]> = {
  ...Object.fromEntries(
    ["app", "charts", "compare", "dom", "front", "play", "run", "text"].map((
      name,
    ) => [
      `${name}.js`,
      [at(`page/${name}.js`), JAVASCRIPT] as const,
    ]),
  ),
  "uPlot.js": [
    at("../../node_modules/uplot/dist/uPlot.iife.min.js"),
    JAVASCRIPT,
  ],
  "uPlot.css": [at("../../node_modules/uplot/dist/uPlot.min.css"), "text/css"],
};

/** Where the server is to be found. */
export interface WatchServer extends AsyncDisposable {
  /** Its address, with the token where one is needed. */
  url: string;
}

/** Options of {@linkcode serveWatch}. */
export interface WatchOptions {
  /** The address to listen on. @default {"127.0.0.1"} */
  host?: string;
  /** The port; 0: any that is free. @default {6007, or any that is free} */
  port?: number | undefined;
  /** More that the front page tells. @default nothing */
  more?: (() => Section[]) | undefined;
  /** What `/play` shows to who names no agent. @default {the newest agent} */
  show?: ShowOptions;
}

/**
 * Starts the server.
 *
 * @throws UsageError if the address or the port cannot be had
 */
export function serveWatch(
  { host = "127.0.0.1", port, more = () => [], show = {} }: WatchOptions,
): WatchServer {
  const token = isLoopback(host)
    ? null
    : crypto.getRandomValues(new Uint8Array(16)).toHex();
  const room = new GameRoom(show);
  const stop = new AbortController();
  const app = watchApp({ host, token, room, more, signal: stop.signal });
  const ports = port === undefined ? [USUAL_PORT, 0] : [port];
  const server = listen(host, ports, app, stop.signal);
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${server.addr.port}/` +
      (token === null ? "" : `?token=${token}`),
    async [Symbol.asyncDispose]() {
      await room.close();
      stop.abort();
      await server.finished;
    },
  };
}

/** Listens on the first of these ports that is free. @throws UsageError */
function listen(
  hostname: string,
  [port, ...others]: readonly number[],
  app: Hono,
  signal: AbortSignal,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve(
      { hostname, port: port!, signal, onListen: () => {} },
      app.fetch,
    );
  } catch (cause) {
    if (others.length > 0) return listen(hostname, others, app, signal);
    const why = cause instanceof Deno.errors.NotCapable
      ? "listen on 127.0.0.1, this machine's own, or on 0.0.0.0 or ::, all that it has"
      : `${
        (cause as Error).message
      }; choose another --port, or leave it out for any that is free`;
    throw new UsageError(
      `Cannot listen on ${hostname}, port ${port}: ${why}`,
      { cause },
    );
  }
}

interface AppOptions {
  host: string;
  token: string | null;
  room: GameRoom;
  more: () => Section[];
  /** Aborted when the server ends. */
  signal: AbortSignal;
}

/** What is answered to which path. */
function watchApp({ host, token, room, more, signal }: AppOptions): Hono {
  const app = new Hono();
  const runs = new KeptCurves();
  const overview = shared(() => readOverview(Infinity, more));
  // The first look at a run reads its config: the newest are shown first.
  let look = () => newest;
  const newest = readOverview(FIRST_RUNS, more);
  newest.then(overview).then(() => look = overview, () => look = overview);
  app.use(guard(host, token));
  const page = async (context: Context) => {
    // What the page's modules will ask for first: it need not wait for them.
    const { path } = context.req;
    const first = path === "/"
      ? ["overview"]
      : path.startsWith("/run/")
      ? [path.slice(1), `${path.slice(1)}/curves`]
      : [];
    const links = first.map((name) =>
      `</api/${name}>; rel=preload; as=fetch; crossorigin`
    );
    if (links.length > 0) context.header("link", links.join(", "));
    return context.html(await Deno.readTextFile(at("page/index.html")));
  };
  for (
    const path of [
      ...["/", "/run/:name", "/compare", "/play", "/sweep/:name", "/nights"],
    ]
  ) app.get(path, page);
  app.get("/assets/style.css", async (context) => {
    const text = await Deno.readTextFile(at("page/style.css"));
    return context.body(`${themeCss()}\n${SCROLL_CSS}\n${text}`, 200, {
      "content-type": "text/css",
    });
  });
  app.get("/assets/:name", async (context) => {
    const [path, type] = ASSETS[context.req.param("name")] ?? [];
    if (!path) return context.notFound();
    return context.body(await Deno.readFile(path), 200, {
      "content-type": type!,
    });
  });
  app.get("/api/overview", async (context) => context.json(await look()));
  app.get("/api/run/:name", async (context) => {
    const details = await readDetails(context.req.param("name"));
    return details ? context.json(details) : context.notFound();
  });
  app.get("/api/sweep/:name", async (context) => {
    const page = await readSweep(context.req.param("name"));
    return page ? context.json(page) : context.notFound();
  });
  app.get(
    "/api/nights",
    async (context) => context.json(await readNightsPage()),
  );
  app.get("/api/run/:name/curves", async (context) => {
    const name = context.req.param("name");
    if (!await isThere(name)) return context.notFound();
    const news = await runs.of(name).news(context.req.query("after"));
    return context.json(news);
  });
  // What is new: of all runs, and of one how far its curves go.
  app.get("/api/events", (context) =>
    streamSSE(context, async (stream) => {
      const name = context.req.query("run");
      const ended = () => stream.aborted || stream.closed || signal.aborted;
      let before = "";
      while (!ended()) {
        const now = await (name === undefined
          ? overview().then((all) => JSON.stringify(all))
          : runs.of(name).read()).catch((error) =>
            JSON.stringify({ error: (error as Error).message })
          );
        if (now !== before) {
          await stream.writeSSE({ data: now });
        }
        before = now;
        await stream.sleep(LOOK_MS);
      }
    }));
  app.get(
    "/api/game",
    (context) =>
      context.req.header("upgrade")?.toLowerCase() === "websocket"
        ? room.enter(context.req.raw)
        : context.text("Games are shown over a WebSocket.\n", 426),
  );
  app.get("/files/*", async (context) => {
    try {
      const name = context.req.path.slice("/files/".length);
      const file = dataFile(decodeURIComponent(name));
      if (!file) return context.notFound();
      return context.body(await readAtMost(file.path, Infinity), 200, {
        "content-type": `${file.type}; charset=utf-8`,
        "content-security-policy": FILE_POLICY,
      });
    } catch {
      return context.notFound();
    }
  });
  app.onError((error, context) =>
    context.json(
      { error: error.message },
      error instanceof UsageError ? 422 : 500,
    )
  );
  return app;
}

/** The same answer to all who ask within a moment: 200 runs are much to read. */
function shared<Answer>(read: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  let until = 0;
  return () => {
    if (!answer || performance.now() > until) {
      const began = performance.now();
      until = Infinity;
      answer = read().finally(() => {
        const now = performance.now();
        until = now + Math.max(LOOK_MS / 2, now - began);
      });
    }
    return answer;
  };
}

/** The tables of the runs that were asked for last. */
class KeptCurves {
  #kept = new Map<string, RunCurves>();

  of(name: string): RunCurves {
    const curves = this.#kept.get(name) ??
      new RunCurves(runNamed(name));
    this.#kept.delete(name);
    this.#kept.set(name, curves);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_RUNS) this.#kept.delete(oldest!);
    return curves;
  }
}
