/** What all machines share: a work queue, three tables and stores of files. */
import type {
  Consumer,
  JetStreamClient,
  JetStreamManager,
} from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { Objm } from "@nats-io/obj";
import type {
  ConnectionOptions,
  NatsConnection,
  TlsOptions,
} from "@nats-io/transport-node";
import type { Machine } from "../doctor/mod.ts";
import { DinoDqnError, UsageError } from "../errors.ts";
import { sha256 } from "../sha256.ts";
import { runWithHost } from "../system/mod.ts";
import { sleep } from "../time.ts";

/** The queue of jobs; its subjects: class of machines, set, job. */
export const STREAM = "dino-work";
/** The table of who is there. */
export const WORKERS = "dino-workers";
/** The oldest server that has all that is used here. */
const OLDEST_SERVER = [2, 9];
const DEFAULT_PORT = 4222;

/** An open connection, and what is on the server. */
export interface Bus {
  /** The server, for messages. */
  address: string;
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
  /** States of jobs, by `SET.JOB`; by `SET` what machines it is for. */
  jobs: KV;
  /** Why a job, or a whole set, is to save and stop. */
  orders: KV;
  /** Who is there; an entry that is not renewed goes. */
  workers: KV;
  stores: Objm;
  /** Milliseconds of silence after which a worker's job goes to another one. */
  silenceMs: number;
}

/** The server that a command line names. */
interface Server {
  host: string;
  port: number;
  /** Whether it is on this machine, where nobody listens in. */
  isHere: boolean;
}

/**
 * Does something with the server that a command line names. Where this program
 * may not connect to it, the command is started again with that host allowed.
 *
 * @param url `nats://HOST:PORT` or `tls://HOST:PORT`; TLS is insisted on where
 * the host is another machine
 * @param say told when the server goes and comes back
 * @returns the command's exit code
 * @throws UsageError for an address that is none, DinoDqnError when the server
 * is not there, refuses the key or cannot do what is needed
 */
export async function onBus(
  url: string,
  say: (line: string) => void,
  work: (bus: Bus) => Promise<number>,
): Promise<number> {
  const server = serverOf(url);
  const host = `${server.host}:${server.port}`;
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state !== "granted") return await runWithHost(host);
  const bus = await openBus(url, say);
  try {
    return await work(bus);
  } catch (error) {
    throw explained(error, bus.address);
  } finally {
    await bus.nc.close();
  }
}

/** @throws UsageError when it is no address of a server */
function serverOf(url: string): Server {
  const { protocol, hostname, port, username, pathname } = URL.parse(
    url.includes("://") ? url : `nats://${url}`,
  ) ?? {};
  if (
    !hostname || !["nats:", "tls:"].includes(protocol!) || username ||
    (pathname && pathname !== "/")
  ) {
    throw new UsageError(
      `--nats ${url}: it must be a server's address, such as ` +
        "nats://127.0.0.1:4222 or tls://nats.example.org; a key goes into " +
        "the file that DINO_NATS_KEY names",
    );
  }
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || DEFAULT_PORT),
    isHere: /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname),
  };
}

/**
 * Connects, and makes what is not there yet on the server.
 *
 * @throws as {@linkcode onBus} does
 */
export async function openBus(
  url: string,
  say: (line: string) => void = () => {},
): Promise<Bus> {
  const { host, port, isHere } = serverOf(url);
  const address = `${host}:${port}`;
  const [nats, jetstream, { Kvm }, { Objm, setSha256Backend }] = await Promise
    .all([
      import("@nats-io/transport-node"),
      import("@nats-io/jetstream"),
      import("@nats-io/kv"),
      import("@nats-io/obj"),
    ]);
  setSha256Backend("native"); // four times as fast as the default
  const ca = await secret("DINO_NATS_CA");
  const key = await secret("DINO_NATS_KEY");
  const options: ConnectionOptions = {
    servers: host.includes(":") ? `[${host}]:${port}` : address,
    // The host alone is allowed, not what its name or the server leads to.
    resolve: false,
    ignoreClusterUpdates: true,
    maxReconnectAttempts: -1,
    pingInterval: 10_000,
    // The client does not insist on TLS by itself, whatever the address says.
    ...((!isHere || url.startsWith("tls:")) && {
      // By the host, a certificate for an IP address is checked.
      tls: { host, ...(ca && { ca }) } as TlsOptions,
    }),
    ...(key && {
      authenticator: nats.nkeyAuthenticator(new TextEncoder().encode(key)),
    }),
  };
  let nc: NatsConnection;
  try {
    nc = await nats.connect(options);
  } catch (error) {
    throw explained(error, address);
  }
  try {
    const [major = 0, minor = 0] = nc.info!.version.split(".").map(Number);
    if (major < OLDEST_SERVER[0]! || major === 2 && minor < OLDEST_SERVER[1]!) {
      throw new DinoDqnError(
        `The NATS server at ${address} is version ${nc.info!.version}; it ` +
          `must be ${OLDEST_SERVER.join(".")} or newer`,
      );
    }
    // Asked once, and not by each set of files that is opened.
    const js = jetstream.jetstream(nc, { checkAPI: false });
    const jsm = await js.jetstreamManager(true);
    await jsm.streams.add({
      name: STREAM,
      subjects: [`${STREAM}.*.*.*`],
      retention: jetstream.RetentionPolicy.Workqueue,
      max_msgs_per_subject: 1, // a job is queued once
      discard: jetstream.DiscardPolicy.New,
      discard_new_per_subject: true,
    });
    const tables = new Kvm(js);
    const seconds = Number(Deno.env.get("DINO_NATS_SILENCE")) || 30;
    const silenceMs = seconds * 1000;
    void tellOfConnection(nc, address, say);
    return {
      ...{ address, nc, js, jsm, silenceMs, stores: new Objm(js) },
      jobs: await tables.create("dino-jobs"),
      orders: await tables.create("dino-orders"),
      workers: await tables.create(WORKERS, { ttl: silenceMs }),
    };
  } catch (error) {
    await nc.close();
    throw explained(error, address);
  }
}

/** The content of the file that a variable names; undefined: it names none. */
async function secret(name: string): Promise<string | undefined> {
  const path = Deno.env.get(name);
  if (!path) return undefined;
  return await Deno.readTextFile(path).then((text) => text.trim(), (cause) => {
    throw new UsageError(
      `${name} is ${path}, which cannot be read: ${cause.message}`,
      { cause },
    );
  });
}

/** What of a connection its type does not name. */
interface Internals {
  protocol: { transport: { close(error: Error): Promise<void> } };
}

async function tellOfConnection(
  nc: NatsConnection,
  address: string,
  say: (line: string) => void,
): Promise<void> {
  const { protocol } = nc as unknown as Internals;
  for await (const { type } of nc.status()) {
    // The client lets go of a network that is gone only after what it wrote last
    // has gone out, which over TLS is never.
    if (type === "staleConnection") {
      await protocol.transport.close(new Error("it does not answer"));
    }
    if (type === "disconnect") say(`The NATS server at ${address} is away.`);
    if (type === "reconnect") say(`The NATS server at ${address} is back.`);
  }
}

/** An error of the client or the server as a sentence, where it is known. */
function explained(error: unknown, address: string): unknown {
  if (!(error instanceof Error) || error instanceof DinoDqnError) return error;
  const said = [error, error.cause].map((each) =>
    each instanceof Error ? `${each.name} ${each.message}` : ""
  ).join(" ");
  const sentences: [RegExp, string][] = [
    [
      /authorization|authentication|nkey|seed|permissions violation/i,
      "refuses what this key may not do, or the key: DINO_NATS_KEY names the " +
      "file with the seed of an nkey that it knows",
    ],
    [
      /refused|timeout|EPERM|ENOTFOUND|ECONN|lookup|unreachable/i,
      "does not answer: start one there, nats-server -js",
    ],
    [
      /jetstream.*not enabled|no ?responders/i,
      "has no JetStream: start it as nats-server -js",
    ],
    [
      /tls|certificate|secure/i,
      "must speak TLS, with a certificate that is valid for that host " +
      "(DINO_NATS_CA names the file of its authority); without TLS it must be " +
      "on this machine, or come here by ssh -L",
    ],
    [
      /insufficient|storage|no space|maximum bytes|resources/i,
      "has no room left for what is to be stored",
    ],
  ];
  const found = sentences.find(([pattern]) => pattern.test(said));
  if (!found) return error;
  return new DinoDqnError(
    `The NATS server at ${address} ${found[1]} (${error.message})`,
    { cause: error },
  );
}

/** The class of machines that compute the same bits, or with `mixed` play the same game. */
export async function classOf(
  { program, pageScript, tensorflow, numerics, device }: Machine,
  mixed: boolean,
): Promise<string> {
  // A GPU repeats nothing exactly, not even itself.
  const bits = [tensorflow, device === "CPU" ? numerics : device];
  const parts = [program, pageScript, ...(mixed ? [] : bits)];
  return (await sha256(parts.join("\n"))).slice(0, 16);
}

/** The queue of a class of machines. */
export async function queueOf(
  { js, jsm, silenceMs }: Bus,
  className: string,
): Promise<Consumer> {
  await jsm.consumers.add(STREAM, {
    durable_name: className,
    filter_subject: `${STREAM}.${className}.*.*`,
    ack_policy: "explicit",
    ack_wait: silenceMs * 1e6, // nanoseconds
    max_ack_pending: -1,
  });
  return await js.consumers.get(STREAM, className);
}

/** JetStream's own codes begin here; those of HTTP and of the client are less. */
const FIRST_CODE = 10_000;

/** The server has said no, and would again. */
function isRefused(error: unknown): boolean {
  const { code, status } = error as { code?: unknown; status?: unknown };
  return Number(code) >= FIRST_CODE && Number(status) < 500;
}

/**
 * Repeats what fails because the server is away.
 *
 * @throws what the server says no with; the last error after half a minute
 */
export async function insist<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (isRefused(error) || attempt === 30) throw error;
      await sleep(1000);
    }
  }
}
