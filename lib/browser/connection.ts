/**
 * One connection to Chrome's debugger for Chrome itself and all of its tabs, in
 * "flat" sessions: each message of a tab's carries the number of its session.
 *
 * https://chromedevtools.github.io/devtools-protocol/tot/Target/#method-attachToTarget
 */

/** How Chrome ends a message of a session; page's own text cannot stand there. */
const SESSION = /"sessionId":"(\w+)"\}$/;
/** Longer than that ending, in characters. */
const SESSION_CHARACTERS = 80;
/** As much as a pipe holds. */
const PIPE_BYTES = 65536;
/** The browser's own session has no number. */
const BROWSER = "";

/** Where messages go, and what is done when no more shall go there. */
interface Wire {
  send: (message: string) => void;
  close: () => void;
}

/** What Astral asks of a WebSocket, for one session of a connection. */
class Session extends EventTarget {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readyState: number = WebSocket.OPEN;
  readonly send: Wire["send"];
  readonly #close: Wire["close"];

  constructor({ send, close }: Wire) {
    super();
    this.send = send;
    this.#close = close;
  }

  close(): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.#close();
    this.onclose?.();
    this.dispatchEvent(new Event("close"));
  }
}

/** A connection to Chrome's debugger. */
export class Connection {
  readonly #wire: Wire;
  readonly #sessions = new Map<string, Session>();

  private constructor(wire: Wire) {
    this.#wire = wire;
    this.#sessions.set(BROWSER, new Session(wire));
  }

  /**
   * Through the pipe of a Chrome that was started with
   * `--remote-debugging-pipe`: JSON with a NUL after each message. Nobody but
   * this program can reach it.
   */
  static byPipe(chrome: Deno.ChildProcess): Connection {
    const writer = chrome.stdin.getWriter();
    const encoder = new TextEncoder();
    const connection = new Connection({
      // That Chrome has ended is told by the end of what it says.
      send: (message) =>
        void writer.write(encoder.encode(`${message}\0`)).catch(() => {}),
      close: () => void writer.close().catch(() => {}),
    });
    const listen = async () => {
      const decoder = new TextDecoder();
      let message = "";
      const reader = chrome.stdout.getReader({ mode: "byob" });
      // Into the same memory each time: what is new must be emptied first.
      let memory = new Uint8Array(PIPE_BYTES);
      for (;;) {
        const { value: chunk, done } = await reader.read(memory);
        if (done) break;
        let start = 0;
        for (let end; (end = chunk.indexOf(0, start)) >= 0; start = end + 1) {
          message += decoder.decode(chunk.subarray(start, end));
          connection.#deliver(message);
          message = "";
        }
        message += decoder.decode(chunk.subarray(start), { stream: true });
        memory = new Uint8Array(chunk.buffer);
      }
    };
    void listen().catch(() => {}).finally(() => connection.#close());
    return connection;
  }

  /**
   * Through a WebSocket.
   *
   * @throws Error when it is refused
   */
  static async byWebSocket(url: string): Promise<Connection> {
    const ws = new WebSocket(url);
    await new Promise<void>((resolve, reject) => {
      ws.onopen = () => resolve();
      ws.onerror = () => reject(new Error(`${url} cannot be reached`));
    });
    const connection = new Connection({
      send: (message) => ws.send(message),
      close: () => ws.close(),
    });
    ws.onmessage = ({ data }) => connection.#deliver(data);
    ws.onclose = () => connection.#close();
    return connection;
  }

  /** What Astral takes in place of the browser's own WebSocket. */
  get browser(): WebSocket {
    return asWebSocket(this.#sessions.get(BROWSER)!);
  }

  /** The same for a tab, by the number of the session that it is attached to. */
  tab(sessionId: string): WebSocket {
    const session = new Session({
      send: (message) =>
        this.#wire.send(`{"sessionId":"${sessionId}",${message.slice(1)}`),
      close: () => this.#sessions.delete(sessionId),
    });
    this.#sessions.set(sessionId, session);
    return asWebSocket(session);
  }

  #deliver(message: string): void {
    const [, sessionId = BROWSER] =
      SESSION.exec(message.slice(-SESSION_CHARACTERS)) ?? [];
    if (message.startsWith('{"method":"Target.detachedFromTarget"')) {
      this.#sessions.get(JSON.parse(message).params.sessionId)?.close();
    }
    this.#sessions.get(sessionId)?.onmessage?.({ data: message });
  }

  #close(): void {
    for (const session of this.#sessions.values()) session.close();
  }
}

function asWebSocket(session: Session): WebSocket {
  return session as unknown as WebSocket;
}
