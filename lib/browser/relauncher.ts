import { ChromeCrashedError } from "../errors.ts";

/** Chrome is started again so often without any progress in between. */
const RELAUNCHES = 3;

/** Starts Chrome again after it died, and gives up when that does not help. */
export class Relauncher {
  #failures = 0;

  /** Tells that Chrome works: what went before does not count against it. */
  progressed(): void {
    this.#failures = 0;
  }

  /**
   * Tries until Chrome is there again.
   *
   * @param failure what Chrome died of
   * @param launch ends what is left of the old Chrome and starts a new one
   * @throws ChromeCrashedError with the last failure when that does not help
   */
  async relaunch<T>(failure: unknown, launch: () => Promise<T>): Promise<T> {
    while (++this.#failures <= RELAUNCHES) {
      try {
        return await launch();
      } catch (error) {
        failure = error;
      }
    }
    throw new ChromeCrashedError(
      `Chrome died, and starting it again ${RELAUNCHES} times did not help: ` +
        (failure as Error).message,
      { cause: failure },
    );
  }
}
