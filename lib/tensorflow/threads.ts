/** TensorFlow's threads on the CPU. Each pool's idle ones spin for a while. */
export interface Threads {
  /** So many share one operation; their number decides a result's last bits. */
  intraOp: number;
  /** So many operations run side by side: which ones changes no bit. */
  interOp: number;
}

/** What computes predictions alone: their operations wait for one another. */
export const ONE_THREAD: Threads = { intraOp: 1, interOp: 1 };

/**
 * Threads to train with. Small networks gain nothing from sharing an operation,
 * and threads that do wait for each other where other programs run; but an
 * update's three forward passes are independent.
 *
 * @param threads that share one operation, as in `learner.threads`; null: what
 * was measured to be best, on a GPU what TensorFlow does by itself
 * @param device that computes
 */
export function chooseThreads(
  threads: number | null,
  device: { type: "CPU" | "GPU" },
  cores = navigator.hardwareConcurrency,
): Threads {
  if (threads !== null) {
    return { intraOp: threads, interOp: Math.min(threads, 2) };
  }
  return device.type === "GPU"
    ? { intraOp: cores, interOp: cores }
    : { intraOp: 1, interOp: Math.min(cores, 2) };
}
