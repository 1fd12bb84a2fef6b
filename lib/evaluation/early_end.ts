/** When an evaluation has said enough. Pure. */
import { bisectRight } from "d3-array";

/** A game that was played to its end. */
interface EndedGame {
  score: number;
  /** Decisions that it took. */
  decisions: number;
}

/**
 * Tells when games cannot come to a mean any more, even if each that has not
 * ended yet should reach the cap. It goes by the decisions that games take,
 * never by which of them ends first on this machine: so the same games always
 * end it at the same point.
 */
export class EarlyEnd {
  readonly #wanted: { episodes: number; maxScore: number; least: number };
  /** In the order of their decisions. */
  readonly #ended: EndedGame[] = [];
  #after = Infinity;

  /** @param wanted `least`: the mean that the games should come to */
  constructor(wanted: { episodes: number; maxScore: number; least: number }) {
    this.#wanted = wanted;
  }

  /** Takes note of a game. */
  add(game: EndedGame): void {
    const place = bisectRight(
      this.#ended.map(({ decisions }) => decisions),
      game.decisions,
    );
    this.#ended.splice(place, 0, game);
    const { episodes, maxScore, least } = this.#wanted;
    let sum = episodes * maxScore;
    for (const { score, decisions } of this.#ended) {
      sum += score - maxScore;
      if (sum / episodes >= least) continue;
      this.#after = decisions;
      return;
    }
  }

  /**
   * Decisions after which a game's result makes no difference: those that were
   * over by then decide. Infinity as long as none does; it never grows.
   */
  get after(): number {
    return this.#after;
  }
}
