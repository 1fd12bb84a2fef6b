import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
} from "@std/assert";
import sharp from "sharp";
import { animate } from "../../lib/drawing/mod.ts";

const SIZE = { width: 60, height: 20 };
const frames = [10, 120, 250].map((grey, i) => ({
  picture: new Uint8Array(SIZE.width * SIZE.height).fill(grey),
  q: [i, 1 - i],
  action: i % 2,
}));

Deno.test("animate() keeps every pixel and each frame's time", async () => {
  const webp = await animate(frames, { ...SIZE, frameMs: 67 });
  const { pages, delay, loop, pageHeight } = await sharp(webp, { pages: -1 })
    .metadata();
  assertEquals([pages, loop, pageHeight], [3, 0, SIZE.height]);
  assertEquals(delay, [67, 67, 1500]);
  for (const [page, frame] of frames.entries()) {
    const pixels = await sharp(webp, { page }).greyscale().raw().toBuffer();
    assertEquals(new Uint8Array(pixels), frame.picture);
  }
});

Deno.test("animate() makes a GIF where one is asked for", async () => {
  const gif = await animate(frames, { ...SIZE, frameMs: 67, format: "gif" });
  const { format, pages, delay, loop } = await sharp(gif, { pages: -1 })
    .metadata();
  assertEquals([format, pages, loop], ["gif", 3, 0]);
  assertEquals(delay, [70, 70, 1500]);
  for (const [page, frame] of frames.entries()) {
    const pixels = await sharp(gif, { page }).greyscale().raw().toBuffer();
    const [grey] = frame.picture;
    assert(pixels.every((pixel) => Math.abs(pixel - grey!) <= 4), `${grey}`);
  }
});

Deno.test("animate() puts the Q-values below the picture", async () => {
  const options = { ...SIZE, frameMs: 67, actions: ["nothing", "jump"] };
  const webp = await animate(frames, options);
  const { pageHeight } = await sharp(webp, { pages: -1 }).metadata();
  assertGreater(pageHeight!, SIZE.height + 30);
  const picture = await sharp(webp, { page: 1 })
    .extract({ left: 0, top: 0, ...SIZE }).greyscale().raw().toBuffer();
  assertEquals(new Uint8Array(picture), frames[1]!.picture);
});

Deno.test("animate() refuses no frames, and more than memory holds", async () => {
  const options = { ...SIZE, frameMs: 67 };
  await assertRejects(() => animate([], options), RangeError, "got 0");
  const many = Array(400_000).fill(frames[0]);
  await assertRejects(() => animate(many, options), RangeError);
});
