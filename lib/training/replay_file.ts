/**
 * The replay memory's bytes in a file. Frames of this game are nearly empty and
 * hardly differ from one to the next: Zstandard at its fastest level makes 50
 * bytes of the 6,400 of a frame, at more than 2 GB/s.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { joined } from "../bytes.ts";
import { CheckpointError } from "../errors.ts";

/** Bytes that are compressed at once; what is held twice while loading. */
const BLOCK_BYTES = 16 * 1024 * 1024;
const LENGTH_BYTES = 4;

/**
 * Compresses chunks into blocks, each preceded by its length (uint32,
 * little-endian).
 */
export function compressChunks(
  chunks: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const blocks = [...blocksOf(chunks)].flatMap((block) => {
    const compressed = zstdCompressSync(block, {
      params: { [constants.ZSTD_c_compressionLevel]: 1 },
    });
    const length = new Uint8Array(LENGTH_BYTES);
    new DataView(length.buffer).setUint32(0, compressed.length, true);
    return [length, compressed];
  });
  return joined(blocks);
}

/**
 * Reads what {@linkcode compressChunks} wrote, chunk by chunk: the returned
 * function fills the next chunk, which must be as long as the one written.
 *
 * @throws CheckpointError (the function) if it is not
 */
export function chunkReader(file: Uint8Array): (chunk: Uint8Array) => void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let offset = 0;
  return (chunk) => {
    for (const block of blocksOf([chunk])) {
      const start = offset + LENGTH_BYTES;
      const end = start > file.length
        ? Infinity
        : start + view.getUint32(offset, true);
      if (end > file.length) {
        throw new CheckpointError(
          "The stored replay memory is shorter than the one to be filled",
        );
      }
      block.set(decompress(file.subarray(start, end), block.length));
      offset = end;
    }
  };
}

/** @throws CheckpointError if it is not a compressed block of so many bytes */
function decompress(compressed: Uint8Array, length: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = zstdDecompressSync(compressed, { maxOutputLength: BLOCK_BYTES });
  } catch (cause) {
    throw new CheckpointError(
      `The stored replay memory does not fit: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (bytes.length === length) return bytes;
  throw new CheckpointError(
    `The stored replay memory does not fit: a block has ${bytes.length} bytes where ${length} are expected`,
  );
}

function* blocksOf(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += BLOCK_BYTES) {
      yield chunk.subarray(start, start + BLOCK_BYTES);
    }
  }
}
