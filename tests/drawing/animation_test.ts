import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import sharp from "sharp";
import { animatedWebp } from "../../lib/drawing/animation.ts";

const SIZE = { width: 60, height: 20 };
const frames = [10, 120, 250].map((grey, i) => ({
  picture: new Uint8Array(SIZE.width * SIZE.height).fill(grey),
  q: [i, 1 - i],
  action: i % 2,
}));

Deno.test("animatedWebp() keeps every pixel and each frame's time", async () => {
  const webp = await animatedWebp(frames, { ...SIZE, frameMs: 67 });
  const { pages, delay, loop, pageHeight } = await sharp(webp, { pages: -1 })
    .metadata();
  assertEquals([pages, loop, pageHeight], [3, 0, SIZE.height]);
  assertEquals(delay, [67, 67, 1500]);
  for (const [page, frame] of frames.entries()) {
    const pixels = await sharp(webp, { page }).greyscale().raw().toBuffer();
    assertEquals(new Uint8Array(pixels), frame.picture);
  }
});

Deno.test("animatedWebp() puts the Q-values below the picture", async () => {
  const options = { ...SIZE, frameMs: 67, actions: ["nothing", "jump"] };
  const webp = await animatedWebp(frames, options);
  const { pageHeight } = await sharp(webp, { pages: -1 }).metadata();
  assertGreater(pageHeight!, SIZE.height + 30);
  const picture = await sharp(webp, { page: 1 })
    .extract({ left: 0, top: 0, ...SIZE }).greyscale().raw().toBuffer();
  assertEquals(new Uint8Array(picture), frames[1]!.picture);
});

Deno.test("animatedWebp() refuses no frames, and more than memory holds", async () => {
  const options = { ...SIZE, frameMs: 67 };
  await assertRejects(() => animatedWebp([], options), RangeError, "got 0");
  const many = Array(400_000).fill(frames[0]);
  await assertRejects(() => animatedWebp(many, options), RangeError);
});
