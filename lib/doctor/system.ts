import { join } from "node:path";
import { freeBytes, ROOT } from "../files.ts";
import { loadSharp } from "../sharp.ts";
import { sizeText } from "../text.ts";
import { attempt, type Check, fine, warning } from "./check.ts";

/** The release that everything was tried with. */
const TRIED_DENO = "2.9.6";
/** A default run's memory and files, with room to spare. */
const ENOUGH_BYTES = 2e9;

/** The Deno that runs. */
export function checkDeno(): Check {
  const { deno, v8 } = Deno.version;
  const detail = `${deno} (V8 ${v8}), ${Deno.execPath()}`;
  const [major = 0, minor = 0] = deno.split(".").map(Number);
  const [triedMajor = 0, triedMinor = 0] = TRIED_DENO.split(".").map(Number);
  const isOlder = major < triedMajor ||
    (major === triedMajor && minor < triedMinor);
  return isOlder
    ? warning("Deno", `${detail}; tried with ${TRIED_DENO}`, "deno upgrade")
    : fine("Deno", detail);
}

/** Where the `jsr:` packages come from, and every package's version. */
export function checkPackages(): Promise<Check> {
  const name = "Packages";
  return attempt(name, "deno task setup", async () => {
    const read = (path: string) => Deno.readTextFile(join(ROOT, path));
    const mode = (await read(".npm-only/MODE")).trim();
    const { imports }: { imports: Record<string, string> } = JSON.parse(
      await read("deno.json"),
    );
    const names = Object.values(imports);
    const of = (kind: string) =>
      names.filter((specifier) => specifier.startsWith(kind))
        .map((specifier) => specifier.slice(kind.length)).join(" ");
    return fine(
      name,
      `mode ${mode}: ${
        mode === "jsr" ? of("jsr:") : `lib/compat for ${of("jsr:")}`
      }; ${of("npm:")}`,
    );
  });
}

/** Scales a picture with sharp. */
export function checkSharp(): Promise<Check> {
  const name = "sharp";
  return attempt(name, "deno install", async () => {
    const sharp = await loadSharp();
    const white = { width: 300, height: 150, channels: 3, background: "white" };
    const pixels = await sharp({ create: white as never })
      .resize(80, 80, { fit: "fill" }).grayscale().raw().toBuffer();
    if (pixels.length !== 80 * 80 || pixels[0] !== 255) {
      throw new Error(`a white picture came out as ${pixels.length} bytes`);
    }
    const { sharp: version, vips } = sharp.versions;
    return fine(name, `${version}, libvips ${vips}`);
  });
}

/** Room for a run's files. */
export function checkDisk(): Promise<Check> {
  const name = "Disk";
  return attempt(name, "Make room on the disk", async () => {
    const free = await freeBytes(ROOT);
    const detail = `${sizeText(free)} free`;
    return free < ENOUGH_BYTES
      ? warning(name, detail, "Make room: a run may need 2 GB")
      : fine(name, detail);
  });
}

/** Room for the replay memory, TensorFlow and Chrome. */
export function checkMemory(): Check {
  const { available, total } = Deno.systemMemoryInfo();
  const detail = `${sizeText(available)} free of ${sizeText(total)}`;
  return available < ENOUGH_BYTES
    ? warning("Memory", detail, "End other programs, or set replay.capacity")
    : fine("Memory", detail);
}
