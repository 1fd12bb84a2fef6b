/**
 * When keys reach the live page. `createKeyWatch` is injected as text, so it
 * must use nothing from outside itself.
 */

/** What {@linkcode createKeyWatch} makes. */
export interface KeyWatch {
  /**
   * A look at the game.
   *
   * @returns milliseconds from the look before to the first key that was pressed
   * since then; `null`: none was.
   */
  look(): number | null;
}

declare const document: {
  addEventListener(type: string, listener: () => void, capture: boolean): void;
};

/** Listens to the keys, which the page gets as it would. Runs in the page. */
export function createKeyWatch(): KeyWatch {
  let looked = 0;
  let pressed: number | null = null;
  document.addEventListener("keydown", () => {
    pressed ??= performance.now();
  }, true);
  return {
    look() {
      const keyMs = pressed === null ? null : pressed - looked;
      looked = performance.now();
      pressed = null;
      return keyMs;
    },
  };
}
