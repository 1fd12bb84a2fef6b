/** In what the learner computes; its weights are float32 in any case. */
export type Precision = "float32" | "bfloat16";

/**
 * Whether this machine's processor computes in bfloat16: those that have
 * AVX512_BF16 or AMX. On others TensorFlow's rewriting of the graph does nothing,
 * or emulates it, slowly.
 */
export function hasBfloat16(): boolean {
  try {
    return /\b(avx512_bf16|amx_bf16)\b/.test(
      Deno.readTextFileSync("/proc/cpuinfo"),
    );
  } catch {
    return false; // not Linux
  }
}

/**
 * @param wanted as in `learner.precision`
 * @param device that computes
 * @returns what it can be
 */
export function choosePrecision(
  wanted: Precision,
  device: { type: "CPU" | "GPU" },
): Precision {
  return device.type === "CPU" && hasBfloat16() ? wanted : "float32";
}
