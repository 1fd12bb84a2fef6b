/** The desktop that the user sits at, if there is one. */
import { run } from "./process.ts";

/** Whether windows can be opened; other systems than X11 and Wayland always can. */
export const hasDisplay = (): boolean =>
  Deno.build.os !== "linux" ||
  ["DISPLAY", "WAYLAND_DISPLAY"].some((name) => Deno.env.get(name));

/** Opens an address in the user's browser, where there is one. */
export async function openInBrowser(url: string): Promise<void> {
  if (!hasDisplay()) return;
  const [program, ...args] = {
    windows: ["explorer", url],
    darwin: ["open", url],
  }[Deno.build.os as string] ?? ["xdg-open", url];
  // It is a convenience: the address was printed.
  await run(program!, args, { limitMs: 5000 }).catch(() => {});
}
