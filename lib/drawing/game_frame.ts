/** A moment of a game as a person sees it, and what the agent thought of it. */
export interface GameFrame {
  /** [150, 552] uint8 grey. */
  picture: Uint8Array;
  /** Seconds of play so far. */
  seconds: number;
  /** Q-value of each action; absent: not asked for. */
  q?: number[];
  /** The action that was taken; absent in the last frame. */
  action?: number;
}
