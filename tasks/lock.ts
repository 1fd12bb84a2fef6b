/**
 * `deno task lock`: writes the lock of the packages anew and says what changes.
 * Like set-up, it uses no package itself.
 */
import { explain, UsageError } from "../lib/errors.ts";
import { ifThere, ROOT } from "../lib/files.ts";
import { say, writeAll } from "../lib/say.ts";
import { chooseVersions, lockChanges, lockOf } from "../lib/setup/mod.ts";
import { replaceDurably } from "../lib/system/mod.ts";

const PROJECT = ROOT.replace(/\/$/, "");

const HELP = `Writes the lock of the packages that deno.json names.

Usage: deno task lock [options]

Options:
  --newest   Take the newest of all that they bring along, not what was locked.
  --dry-run  Say what would change, and no more.
  --help     Show this help.
`;

const OPTIONS = ["--newest", "--dry-run", "--help"];

async function writeLock(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => !OPTIONS.includes(arg));
  if (unknown !== undefined) {
    throw new UsageError(
      `lock: unknown option ${unknown}; there is ${OPTIONS.join(", ")}`,
    );
  }
  if (args.includes("--help")) return writeAll(Deno.stdout, HELP);
  const mode = await ifThere(Deno.readTextFile(`${PROJECT}/.npm-only/MODE`));
  if (mode === null) throw new UsageError("run first: deno task setup");
  const { path, text } = await lockOf(PROJECT, mode.trim());
  const chosen = await chooseVersions(
    PROJECT,
    args.includes("--newest") ? null : text,
  );
  const changes = lockChanges(text, chosen);
  writeAll(Deno.stdout, changes.map((change) => `${change}\n`).join(""));
  if (!args.includes("--dry-run")) await replaceDurably(path, chosen);
  say(`${changes.length} packages differ from ${path}`);
}

try {
  await writeLock(Deno.args);
} catch (error) {
  const { message, exitCode } = explain(error);
  say(`error: ${message}`);
  Deno.exitCode = exitCode;
}
