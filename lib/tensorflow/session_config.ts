import type { Threads } from "./threads.ts";

/** How a session runs its graph. */
export interface SessionOptions {
  /** Threads on the CPU. @default one per core in both pools */
  threads?: Threads;
  /**
   * Compute in bfloat16 on the CPU what may be, where {@linkcode hasBfloat16}.
   * @default false
   */
  bfloat16?: boolean;
  /** Compile clusters of operations with XLA. @default false */
  xla?: boolean;
  /** Whether GPUs may be used. @default true */
  gpu?: boolean;
  /**
   * Whether an operation may run on another device than the one it was given,
   * when that is not there or cannot run it. @default true
   */
  softPlacement?: boolean;
}

/** Numbers of the fields of `ConfigProto` (tensorflow/core/protobuf/config.proto). */
const CONFIG = {
  deviceCount: 1,
  intraOpThreads: 2,
  interOpThreads: 5,
  gpuOptions: 6,
  allowSoftPlacement: 7,
  usePerSessionThreads: 9,
  graphOptions: 10,
} as const;

/**
 * The options as a serialised `ConfigProto`, a protocol buffer small enough to
 * be written by hand: each field is its number and kind, then its value.
 */
export function encodeSessionConfig(
  options: SessionOptions,
): Uint8Array<ArrayBuffer> {
  const { threads, xla = false, gpu = true, softPlacement = true } = options;
  // Of RewriterConfig (tensorflow/core/protobuf/rewriter_config.proto):
  // auto_mixed_precision_onednn_bfloat16 is ON.
  const rewriteOptions = options.bfloat16 ? message(10, integer(31, 1)) : [];
  const optimizerOptions = integer(5, xla ? 1 : 0); // global_jit_level: ON_1
  return new Uint8Array([
    ...(gpu ? [] : message(CONFIG.deviceCount, [
      ...message(1, [...new TextEncoder().encode("GPU")]),
      ...integer(2, 0),
    ])),
    ...(threads === undefined ? [] : [
      ...integer(CONFIG.intraOpThreads, threads.intraOp),
      ...integer(CONFIG.interOpThreads, threads.interOp),
    ]),
    ...message(CONFIG.gpuOptions, integer(4, 1)), // allow_growth
    ...integer(CONFIG.allowSoftPlacement, softPlacement ? 1 : 0),
    ...integer(CONFIG.usePerSessionThreads, 1),
    ...message(CONFIG.graphOptions, [
      ...message(3, optimizerOptions),
      ...rewriteOptions,
    ]),
  ]);
}

/** A base-128 varint: seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) {
    bytes.push(value % 128 + 128);
  }
  return [...bytes, value];
}

/** A field that holds a whole number or a truth value. */
function integer(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

/** A field that holds bytes: text or another message. */
function message(field: number, content: readonly number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
}
