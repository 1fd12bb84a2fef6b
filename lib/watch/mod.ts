/** The living page: runs as they train, the agent at play. */
export { playInWindow } from "./play_window.ts";
export { watchWorkers } from "./workers.ts";
export { serveWatch } from "./server.ts";
