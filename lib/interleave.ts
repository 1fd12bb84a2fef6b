import { FRAME_BYTES } from "./constants.ts";

const FRAME_WORDS = FRAME_BYTES / 4;
const EVEN = 0x00ff00ff;
const ODD = 0xff00ff00 | 0;
const LOW = 0x0000ffff;
const HIGH = 0xffff0000 | 0;

/**
 * Makes a stack [80, 80, 4] of four frames [80, 80]: each pixel's four values
 * come to lie side by side. Four pixels of each frame are one 32-bit word;
 * their 4x4 bytes are transposed in registers, which takes a quarter of the
 * reads that going pixel by pixel does. Most of the game's picture is empty
 * (0), and is not transposed at all.
 *
 * @param frames frames as 32-bit words
 * @param a oldest frame: its number in `frames`; then `b`, `c`, the newest `d`
 * @param stacks stacks as 32-bit words
 * @param place number of the stack in `stacks` that is written
 */
export function interleave(
  frames: Int32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  stacks: Int32Array,
  place: number,
): void {
  a *= FRAME_WORDS;
  b *= FRAME_WORDS;
  c *= FRAME_WORDS;
  d *= FRAME_WORDS;
  let out = place * FRAME_BYTES;
  stacks.fill(0, out, out + FRAME_BYTES);
  for (let i = 0; i < FRAME_WORDS; i++, out += 4) {
    const wordA = frames[a + i]!;
    const wordB = frames[b + i]!;
    const wordC = frames[c + i]!;
    const wordD = frames[d + i]!;
    if ((wordA | wordB | wordC | wordD) === 0) continue;
    // Bytes, lowest first: a0 b0 a2 b2, a1 b1 a3 b3, and so for c and d.
    const evenAB = (wordA & EVEN) | (wordB & EVEN) << 8;
    const oddAB = (wordA >>> 8 & EVEN) | (wordB & ODD);
    const evenCD = (wordC & EVEN) | (wordD & EVEN) << 8;
    const oddCD = (wordC >>> 8 & EVEN) | (wordD & ODD);
    stacks[out] = (evenAB & LOW) | evenCD << 16;
    stacks[out + 1] = (oddAB & LOW) | oddCD << 16;
    stacks[out + 2] = evenAB >>> 16 | (evenCD & HIGH);
    stacks[out + 3] = oddAB >>> 16 | (oddCD & HIGH);
  }
}
