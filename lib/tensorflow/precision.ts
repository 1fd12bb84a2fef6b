/** In what the learner computes; its weights are float32 in any case. */
export type Precision = "float32" | "bfloat16";

/**
 * Whether this machine's processor computes in bfloat16: those that have
 * AVX512_BF16 or AMX. On others TensorFlow's rewriting of the graph does nothing,
 * or emulates it, slowly.
 */
function hasBfloat16(): boolean {
  return /\b(avx512_bf16|amx_bf16)\b/.test(processorFacts());
}

/**
 * What Linux says of the processor; empty on other systems. By another program:
 * with less than all permissions Deno reads nothing in /proc.
 */
function processorFacts(): string {
  try {
    const { stdout } = new Deno.Command("cat", {
      args: ["/proc/cpuinfo"],
      stderr: "null",
    }).outputSync();
    return new TextDecoder().decode(stdout);
  } catch {
    return "";
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
