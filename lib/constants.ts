/** What the game, an observation and an action are made of. */

/** Size of the game's canvas, in pixels. */
export const CANVAS = { width: 552, height: 150 } as const;
/** Points at which the game's counter ends. */
export const COUNTER_END = 99_999;
/** Frames that the game renders in a second of play. */
export const FRAMES_PER_SECOND = 60;

/** Width and height of an observation's frame, in pixels. */
export const FRAME_SIZE = 80;
/** Bytes of one frame: [80, 80] uint8, ink bright on black. */
export const FRAME_BYTES = FRAME_SIZE * FRAME_SIZE;
/** Frames in a stack: the last so many decisions. */
export const STACK = 4;
/** Bytes of one observation: [80, 80, 4] uint8, the newest frame last. */
export const OBSERVATION_BYTES = FRAME_BYTES * STACK;

/** What the agent may do; with two actions the last one is not offered. */
export const ACTIONS = ["nothing", "jump", "duck"] as const;
/** In place of an action: this game stands still in this step. */
export const PARKED = 255;

/** Width of a bin of speeds in figures and charts, in pixels per frame. */
export const SPEED_BIN = 0.5;
