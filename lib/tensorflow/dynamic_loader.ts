/** The system's own loader and file descriptors, for loading TensorFlow well. */

const MAC = Deno.build.os === "darwin";
const STDERR = 2;
const O_WRONLY = 1;
const RTLD_NOW = 2;
const RTLD_NODELETE = MAC ? 0x80 : 0x1000;

const dlopen = { parameters: ["buffer", "i32"], result: "pointer" } as const;
const descriptors = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;
const SYSTEM = MAC ? "libSystem.dylib" : "libc.so.6";

const text = (value: string) => new TextEncoder().encode(`${value}\0`);

/**
 * Makes loaded libraries stay until the process ends. Deno unloads them before,
 * and TensorFlow crashes when it is unloaded.
 */
export function keepLoaded(paths: readonly string[]): void {
  let system;
  try {
    system = Deno.dlopen(SYSTEM, { dlopen });
  } catch {
    system = Deno.dlopen("libdl.so.2", { dlopen }); // glibc before 2.34
  }
  for (const path of paths) {
    system.symbols.dlopen(text(path), RTLD_NOW | RTLD_NODELETE);
  }
  system.close();
}

/** Calls `action` while what the process writes to stderr goes nowhere. */
export function withoutStderr<T>(action: () => T): T {
  const system = Deno.dlopen(SYSTEM, descriptors);
  const { open, dup, dup2, close } = system.symbols;
  const nowhere = open(text("/dev/null"), O_WRONLY);
  const stderr = dup(STDERR);
  try {
    dup2(nowhere, STDERR);
    return action();
  } finally {
    dup2(stderr, STDERR);
    close(stderr);
    close(nowhere);
    system.close();
  }
}
