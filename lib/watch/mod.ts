/** The living page: runs as they train, the agent at play. */
export { serveWatch, type WatchOptions, type WatchServer } from "./server.ts";
