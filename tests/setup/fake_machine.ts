/**
 * A machine for one test of set-up: an empty cache and a PATH with nothing but
 * the programs that the test puts there. What is fake about them says so in
 * its name; set-up itself, unpacking and loading are the real ones.
 */
import { dirname, relative } from "node:path";
const PROJECT = new URL("../../", import.meta.url).pathname;
/** All that set-up consists of: it can run before anything else is there. */
const LOCK = "deno.npm.lock";
const SETUP = [
  ...["deno.json", LOCK, "lib/compat/packages.json"],
  ...importedBySetUp(),
];
const FAKE_PIP = new URL("./fake_pip", import.meta.url).pathname;
/** The interpreter itself: what is on the PATH may be a script that needs it. */
const INTERPRETER = new TextDecoder().decode(
  new Deno.Command("python3", {
    args: ["-c", "import sys; print(sys.executable)"],
  }).outputSync().stdout,
).trim();
/** The same with a fake of pip, for a shell. */
export const PYTHON =
  `/usr/bin/env PYTHONPATH=${FAKE_PIP} PYTHONDONTWRITEBYTECODE=1 ${INTERPRETER}`;

/** What set-up said and how it ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function importedBySetUp(): string[] {
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["info", "--no-config", "--json", `${PROJECT}/tasks/setup.ts`],
  }).outputSync();
  const { modules }: { modules: { local?: string }[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return modules.flatMap(({ local }) => local ? relative(PROJECT, local) : []);
}

export class FakeMachine implements AsyncDisposable {
  readonly root = Deno.makeTempDirSync();
  readonly cache = `${this.root}/cache`;
  readonly bin = `${this.root}/bin`;
  /** A clone of the project, as far as set-up needs it. */
  readonly project = `${this.root}/project`;
  readonly env: Record<string, string> = {
    PATH: this.bin,
    HOME: this.root,
    DINO_CACHE: this.cache,
    // Deno's own cache stays where it is.
    DENO_DIR: Deno.env.get("DENO_DIR") ??
      `${
        Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`
      }/deno`,
    // Any file will do: set-up does not start it.
    CHROME_PATH: Deno.execPath(),
    DINO_DEPS: "npm",
    FAKE_PIP_CALLS: `${this.root}/calls`,
  };

  constructor() {
    Deno.mkdirSync(this.bin);
    for (const file of SETUP) {
      const copy = `${this.project}/${file}`;
      Deno.mkdirSync(dirname(copy), { recursive: true });
      Deno.copyFileSync(`${PROJECT}/${file}`, copy);
    }
    // The packages are there already.
    Deno.mkdirSync(`${this.project}/node_modules`);
    Deno.mkdirSync(`${this.project}/.npm-only`);
    Deno.copyFileSync(
      `${this.project}/${LOCK}`,
      `${this.project}/.npm-only/installed.lock`,
    );
    this.program("getconf", "echo glibc 2.36");
    this.program("python3", `exec ${PYTHON} "$@"`);
  }

  /** Puts a shell script on the PATH. */
  program(name: string, script: string): void {
    const path = `${this.bin}/${name}`;
    Deno.writeTextFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** How often pip was called. */
  get downloads(): number {
    try {
      const calls = Deno.readTextFileSync(this.env.FAKE_PIP_CALLS!);
      return calls.trim().split("\n").length;
    } catch {
      return 0;
    }
  }

  /** Makes pip wait until the gate is opened. */
  closeGate(): void {
    this.env.FAKE_PIP_GATE = `${this.root}/gate`;
  }

  openGate(): void {
    Deno.writeTextFileSync(`${this.root}/gate`, "");
  }

  /** Everything in the cache but its lock. */
  get cached(): string[] {
    return [...Deno.readDirSync(this.cache)].map(({ name }) => name)
      .filter((name) => name !== "setup.lock").sort();
  }

  start(...args: string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-config", "--no-lock"],
        `${this.project}/tasks/setup.ts`,
        ...args,
      ],
      env: this.env,
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async run(...args: string[]): Promise<Ended> {
    return await ended(this.start(...args));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** Waits for set-up's end. */
export async function ended(child: Deno.ChildProcess): Promise<Ended> {
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** What a set-up that still runs has said so far. */
export function listen(child: Deno.ChildProcess) {
  const heard = { text: "", end: Promise.resolve() };
  heard.end = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (text) => {
        heard.text += text;
      },
    }),
  );
  return heard;
}
