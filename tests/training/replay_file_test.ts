import { zstdCompressSync } from "node:zlib";
import { Buffer } from "node:buffer";
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { CheckpointError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import { chunkReader, compressChunks } from "../../lib/training/replay_file.ts";

/** Sparse bytes, as of this game's frames. */
function makeChunk(length: number, seed: number): Uint8Array {
  const random = new Random(seed);
  const chunk = new Uint8Array(length);
  for (let i = 0; i < length; i += 1 + random.integer(200)) {
    chunk[i] = random.integer(256);
  }
  return chunk;
}

Deno.test("chunkReader() gives back what compressChunks() wrote, chunk by chunk", () => {
  // One chunk is larger than a block, one is empty, one is no multiple of 4.
  const chunks = [makeChunk(40_000_000, 1), new Uint8Array(0), makeChunk(7, 2)];
  const file = compressChunks(chunks);
  assertLess(file.length, 4_000_000);
  const read = chunkReader(file);
  for (const chunk of chunks) {
    const target = new Uint8Array(chunk.length).fill(255);
    read(target);
    assertEquals(Buffer.compare(target, chunk), 0);
  }
});

Deno.test("chunkReader() refuses a memory of another size", () => {
  const file = compressChunks([new Uint8Array(1000)]);
  assertThrows(
    () => chunkReader(file)(new Uint8Array(999)),
    CheckpointError,
    "a block has 1000 bytes where 999 are expected",
  );
  const read = chunkReader(file);
  read(new Uint8Array(1000));
  assertThrows(
    () => read(new Uint8Array(1)),
    CheckpointError,
    "shorter than the one to be filled",
  );
});

Deno.test("chunkReader() refuses what is not compressed, and what grows without end", () => {
  const bomb = zstdCompressSync(new Uint8Array(2 ** 26));
  for (const block of [bomb, new Uint8Array(50).fill(7)]) {
    const file = new Uint8Array(4 + block.length);
    new DataView(file.buffer).setUint32(0, block.length, true);
    file.set(block, 4);
    assertThrows(
      () => chunkReader(file)(new Uint8Array(1000)),
      CheckpointError,
      "The stored replay memory does not fit: ",
    );
  }
});
