/** The signal for a file that grows past `ulimit -f`, on Linux and macOS. */
const SIGXFSZ = 25;
/** What C calls SIG_IGN. */
const IGNORE = 1n;

/**
 * Makes it an error of that write alone, here and in what this program starts,
 * which would else end without a word. Not by a listener of Deno's: with one,
 * SIGHUP would end the program under `nohup`.
 */
export function ignoreFileLimit(): void {
  const { state } = Deno.permissions.querySync({ name: "ffi" });
  if (state !== "granted" || Deno.build.os === "windows") return;
  const mac = Deno.build.os === "darwin";
  const system = Deno.dlopen(
    mac ? "/usr/lib/libSystem.dylib" : "libc.so.6",
    { signal: { parameters: ["i32", "usize"], result: "usize" } },
  );
  system.symbols.signal(SIGXFSZ, IGNORE);
  system.close();
}
