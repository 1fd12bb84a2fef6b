/** Which part of its picture a decision hangs on. */
import { FRAME_SIZE, STACK } from "../constants.ts";
import type { Player } from "../recording/mod.ts";

/** Width and height of what is covered, in pixels. */
const CELL = 8;
/** Cells in a row, and in a column. */
const CELLS = FRAME_SIZE / CELL;

/**
 * How much the highest Q-value changes when a cell of all four frames is
 * covered with nothing (occlusion sensitivity; Zeiler and Fergus 2014).
 *
 * @param observation [80, 80, 4] uint8
 * @returns [10, 10] changes of the value, row by row
 */
export async function occlusion(
  player: Player,
  observation: Uint8Array,
): Promise<number[]> {
  const count = CELLS * CELLS;
  const covered = new Uint8Array((count + 1) * observation.length);
  const row = CELL * STACK;
  for (let i = 0; i <= count; i++) {
    const offset = i * observation.length;
    covered.set(observation, offset);
    // The last one stays as it is.
    if (i === count) break;
    const [top, left] = [Math.floor(i / CELLS) * CELL, i % CELLS * row];
    for (let y = top; y < top + CELL; y++) {
      const start = offset + y * FRAME_SIZE * STACK + left;
      covered.fill(0, start, start + row);
    }
  }
  const q = await player.qValues(covered, count + 1);
  const actions = q.length / (count + 1);
  const whole = [...q.subarray(-actions)];
  const best = whole.indexOf(Math.max(...whole));
  return Array.from(
    { length: count },
    (_, i) => Math.abs(q[i * actions + best]! - whole[best]!),
  );
}
