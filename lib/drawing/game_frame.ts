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

/** The part of a picture that is shown where there is little room: where the agent looks. */
export const PART = { left: 0, top: 0, width: 300, height: 150 } as const;
