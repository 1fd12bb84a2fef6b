/** Retraining on a schedule, and telling how it went. */
export { type HeartbeatState, writeHeartbeat } from "./heartbeat.ts";
export { notify } from "./notify.ts";
