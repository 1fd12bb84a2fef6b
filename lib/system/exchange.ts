/**
 * The operating system's exchange of two names, which Deno does not have:
 * https://man7.org/linux/man-pages/man2/rename.2.html (renameat2), on macOS
 * `man renameatx_np`. Both have the same parameters.
 */
const SYSTEM = Deno.build.os === "darwin"
  ? { library: "/usr/lib/libSystem.dylib", name: "renameatx_np", here: -2 }
  : { library: "libc.so.6", name: "renameat2", here: -100 };
/** The flag of both systems for "exchange". */
const EXCHANGE = 2;

const cString = (path: string) => new TextEncoder().encode(`${path}\0`);

/**
 * Gives two files or folders each other's names, in one step.
 *
 * @returns false if they are as they were: one is not there, or the system or
 * the disk cannot (NFS)
 */
export function exchange(a: string, b: string): boolean {
  const { library, name, here } = SYSTEM;
  try {
    const system = Deno.dlopen(library, {
      exchange: {
        name,
        parameters: ["i32", "buffer", "i32", "buffer", "u32"],
        result: "i32",
      },
    });
    const [from, to] = [cString(a), cString(b)];
    const result = system.symbols.exchange(here, from, here, to, EXCHANGE);
    system.close();
    return result === 0;
  } catch {
    // No such function here, or no permission to call it.
    return false;
  }
}
