/**
 * `deno task setup`: brings what the other tasks need, and does nothing when
 * all is there. It runs with `--no-config`, before any package can be loaded,
 * so that it and all it imports use no package at all.
 */
import { DinoDqnError, explain, UsageError } from "../lib/errors.ts";
import { goWhereCalled, ifThere, ROOT } from "../lib/files.ts";
import {
  ensureBinding,
  ensureChrome,
  ensurePackages,
  ensureTensorFlow,
  removeCache,
} from "../lib/setup/mod.ts";
import { say, writeAll } from "../lib/say.ts";
import { sizeText } from "../lib/text.ts";

const PROJECT = ROOT.replace(/\/$/, "");

const HELP = `Brings what the other tasks need; does nothing when all is there.

Usage: deno task setup [options]

Options:
  --remove         Take away what set-up put into the user's cache.
  --no-tensorflow  All but TensorFlow: for games alone (serve).
  --packages-only  Choose where packages come from, and no more.
  --for-task       Leave it to the task to report a missing Chrome or compiler.
  --help           Show this help.

Environment variables:
  DINO_DEPS=jsr|npm     Where the jsr: packages come from: their registry, or
                        this project's own stand-ins. Remembered.
  DINO_TENSORFLOW=DIR   Use the native TensorFlow libraries in this folder.
  DINO_CACHE=DIR        Keep downloads here (default: ~/.cache/dino-dqn).
  DINO_NO_INSTALL=1     Download and install nothing.
  CHROME_PATH=FILE      Use this Chrome.
`;

const OPTIONS = [
  ...["--remove", "--no-tensorflow", "--packages-only", "--for-task", "--help"],
];

async function setUp(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => !OPTIONS.includes(arg));
  if (unknown !== undefined) {
    throw new UsageError(
      `setup: unknown option ${unknown}; there is ${OPTIONS.join(", ")}`,
    );
  }
  if (args.includes("--help")) {
    writeAll(Deno.stdout, HELP);
    return;
  }
  if (args.includes("--remove")) {
    const { cache, bytes } = await removeCache();
    say(`Removed ${sizeText(bytes)} from ${cache}`);
    return;
  }
  const forTask = args.includes("--for-task");

  const packagesOnly = args.includes("--packages-only");
  const wanted = Deno.env.get("DINO_DEPS");
  await ensurePackages({
    root: PROJECT,
    wanted,
    look: !forTask && !packagesOnly,
  });
  if (packagesOnly) return;

  const learns = !args.includes("--no-tensorflow");
  const folder = learns ? await setUpTensorFlow(forTask) : null;
  // A task may be told of its own Chrome, by browser.path or browser.endpoint.
  const chrome = await ensureChrome().catch((error) => {
    if (forTask && error instanceof DinoDqnError) return null;
    throw error;
  });
  if (!forTask) {
    say(`Ready: ${folder ? `TensorFlow in ${folder}, ` : ""}Chrome ${chrome}`);
  }
}

/** @returns the folder that its libraries are in */
async function setUpTensorFlow(forTask: boolean): Promise<string> {
  const location = await ensureTensorFlow();
  const binding = await ensureBinding(location, `${PROJECT}/node_modules`);
  if (binding.state === "missing" && !forTask) {
    say(
      `Note: learner.engine eager cannot be used: ${binding.reason}. ` +
        "The default engine, graph, needs no compiler.",
    );
  }
  if (!await ifThere(Deno.stat(location.folder))) {
    throw new DinoDqnError(
      `${location.folder} was taken away meanwhile; run again: deno task setup`,
    );
  }
  return location.folder;
}

try {
  goWhereCalled();
  await setUp(Deno.args);
} catch (error) {
  const { message, exitCode } = explain(error);
  say(`error: ${message}`);
  Deno.exitCode = exitCode;
}
