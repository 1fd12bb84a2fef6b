/** The ways in which a command of this program is started and ended. */
import { join } from "node:path";
import { ROOT } from "../../lib/files.ts";

const PROGRAM = join(ROOT, "main.ts");
/** Nobody listens there. */
const PROXY = "http://127.0.0.1:9";

/** One way. */
export interface Trouble {
  name: string;
  signal: Deno.Signal;
  /** Whether the whole process group gets the signal, as at a terminal. */
  group?: boolean;
  /** Whether the command saves before it ends. */
  saves?: boolean;
  /** How a shell starts the command `"$@"`. @default {'exec "$@"'} */
  shell?: string;
  env?: Record<string, string>;
}

/** The ways, the plainest first. */
export const TROUBLES: readonly Trouble[] = [
  { name: "kill -9", signal: "SIGKILL" },
  { name: "kill -9 of the group", signal: "SIGKILL", group: true },
  {
    name: "Ctrl-C through | tee",
    signal: "SIGINT",
    group: true,
    saves: true,
    shell: '"$@" 2>&1 | tee "$TMPDIR/../log"; exit "${PIPESTATUS[0]}"',
  },
  { name: "SIGHUP", signal: "SIGHUP", saves: true },
  {
    name: "kill -9 behind a proxy",
    signal: "SIGKILL",
    env: { HTTP_PROXY: PROXY, ALL_PROXY: PROXY, http_proxy: PROXY },
  },
  {
    name: "SIGTERM with stderr on a full disk",
    signal: "SIGTERM",
    saves: true,
    shell: 'exec "$@" 2> /dev/full',
  },
  {
    name: "SIGINT with a stderr that cannot be written",
    signal: "SIGINT",
    saves: true,
    shell: 'exec "$@" 2< /dev/null',
  },
  {
    name: "kill -9 of the group, nobody reads (| head -1)",
    signal: "SIGKILL",
    group: true,
    shell: '"$@" 2>&1 | head -n 1; exit "${PIPESTATUS[0]}"',
  },
  {
    name: "SIGTERM under nohup, after a SIGHUP",
    signal: "SIGTERM",
    saves: true,
    shell: `trap '' HUP; (sleep 3; kill -HUP $$) > /dev/null 2>&1 &
      exec "$@"`,
  },
];

/** Starts a command with its data and temporary files in a place. */
export function startIn(
  place: string,
  { shell = 'exec "$@"', env = {} }: Trouble,
  args: readonly string[],
) {
  const process = new Deno.Command("/bin/bash", {
    args: [
      ...["-c", shell, "bash", Deno.execPath(), "run", "--allow-all", PROGRAM],
      ...args,
    ],
    env: {
      DINO_DATA: join(place, "data"),
      TMPDIR: join(place, "tmp"),
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  const said = Promise.all(
    [process.stdout, process.stderr].map((each) => new Response(each).text()),
  ).then((texts) => texts.join(""));
  return {
    pid: process.pid,
    said,
    code: process.status.then(({ code }) => code),
  };
}
