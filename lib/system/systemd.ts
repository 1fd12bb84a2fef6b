/** The user's own systemd. */
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { DinoDqnError, UsageError } from "../errors.ts";
import { ifThere } from "../files.ts";
import { replaceDurably } from "./durable.ts";
import { run } from "./process.ts";

/** Where the user's units are. @throws UsageError if there is no place for them */
export function unitFolder(): string {
  const home = Deno.env.get("HOME");
  const config = Deno.env.get("XDG_CONFIG_HOME") ||
    (home && join(home, ".config"));
  if (!config) {
    throw new UsageError(
      "There is no place for systemd's units: HOME is not set; set it",
    );
  }
  return join(config, "systemd", "user");
}

/** Writes a unit; its folder is made with it. */
export async function writeUnit(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await replaceDurably(path, text);
}

/** What holds for all services of this program: their last lines. */
export const SERVICE_LIMITS = `Nice=10
# What Chrome's sandbox needs, namespaces of its own, stays allowed.
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
`;

/** Text in which systemd replaces nothing. */
export const unitText = (text: string): string => text.replaceAll("%", "%%");

/** What starts a line of the shell: the value of `ExecStart`. */
export function shellStart(line: string): string {
  const word = unitText(line).replace(/["\\]/g, "\\$&")
    .replaceAll("$", "$$$$");
  return `/bin/sh -c "${word}"`;
}

/**
 * Runs `systemctl --user`, in English and with times in UTC.
 *
 * @returns its output; null when there is no systemctl
 * @throws DinoDqnError when it fails, with its reason
 */
export async function systemctl(
  args: readonly string[],
): Promise<string | null> {
  const done = await run("systemctl", ["--user", ...args], {
    env: { LC_ALL: "C", TZ: "UTC" },
  });
  if (!done) return null;
  if (done.success) return done.stdout;
  const reason = done.stderr.trim().split("\n")[0];
  throw new DinoDqnError(
    `systemctl --user ${args.join(" ")} failed: ${reason}. ` +
      (/connect to (the )?(user scope )?bus/i.test(done.stderr)
        ? "This user's own systemd cannot be reached from here: log in as the " +
          "user (by ssh, not by su or sudo); for nights there is --install-cron too"
        : "journalctl --user may say more"),
  );
}

/**
 * Without lingering, a user's systemd ends when the user logs out.
 *
 * @returns what is left to the user, the end of a sentence; null: nothing
 */
export async function lingering(what: string): Promise<string | null> {
  const { username } = userInfo();
  return await ifThere(Deno.stat(`/var/lib/systemd/linger/${username}`))
    ? null
    : `${what} runs only while you are logged in, until: ` +
      `sudo loginctl enable-linger ${username}`;
}
