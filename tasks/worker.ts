import { join } from "node:path";
import { hostname } from "node:os";
import {
  defineCommand,
  INTERRUPTED,
  NATS_OPTION,
  say,
  stopOnSignal,
} from "../lib/cli/mod.ts";
import type { Examination } from "../lib/doctor/mod.ts";
import { DinoDqnError, UsageError } from "../lib/errors.ts";
import { DATA_FOLDER } from "../lib/runs/mod.ts";
import { failureText, startCommand, Watchdog } from "../lib/system/mod.ts";

/** `deno task worker`. */
export const command = defineCommand({
  details:
    "Takes trainings and games from a NATS server, does them with this " +
    "machine's own Chrome and TensorFlow, and gives them back, saved, when it " +
    "is stopped. What it is given names no program, address or path.",
  options: {
    nats: NATS_OPTION,
    slots: {
      type: "integer",
      minimum: 1,
      description: "Jobs side by side (default: one per core; 1 with a GPU).",
    },
    name: {
      type: "string",
      placeholder: "NAME",
      description: "What it is called (default: host and process).",
    },
    "install-systemd": {
      type: "boolean",
      description: "Makes it a service of your systemd, which starts it again.",
    },
    uninstall: {
      type: "boolean",
      description: "Takes that service away.",
    },
  },
  examples: [["--nats nats://127.0.0.1:4222", "works until Ctrl-C"]],
  exitCodes: "130 stopped, and everything given back",
  async run({ options }) {
    const { nats, slots, name = defaultName() } = options;
    const { installService, jobExecutor, onBus, uninstallService, work } =
      await import("../lib/cluster/mod.ts");
    if (options.uninstall) {
      await uninstallService();
      say("Uninstalled.");
      return 0;
    }
    if (nats === undefined) throw new UsageError("worker: --nats is missing");
    if (!/^[\w-]{1,60}$/.test(name)) {
      throw new UsageError(
        `--name ${name}: use up to 60 letters, digits, '-' and '_'`,
      );
    }
    if (options["install-systemd"]) {
      const left = await installService([
        ...["--nats", nats],
        ...(slots === undefined ? [] : ["--slots", `${slots}`]),
        ...(options.name === undefined ? [] : ["--name", name]),
      ]);
      say("Installed: journalctl --user -u dino-dqn-worker");
      left.forEach((what) => say(`To do: ${what}`));
      return 0;
    }
    return await onBus(nats, say, async (bus) => {
      using stop = await stopOnSignal({
        message: "Saving and giving back what is under way; once more to end.",
      });
      const machine = await examined();
      const { device, numerics } = machine;
      const { hardwareConcurrency: cores } = navigator;
      const count = slots ?? (device === "CPU" ? cores : 1);
      say(
        `${name}: ${count} slots on ${device}, numerics ${
          numerics?.slice(0, 8)
        }, program ${machine.program}; waiting for jobs on ${bus.address}`,
      );
      const parent = join(DATA_FOLDER, "worker");
      await Deno.mkdir(parent, { recursive: true });
      const root = await Deno.makeTempDir({ dir: parent });
      await using _removed = new Watchdog({ folder: root });
      await work({
        ...{ bus, signal: stop.signal, say, execute: jobExecutor(root) },
        worker: {
          ...{ name, machine, cores, slots: count, host: hostname() },
          memoryBytes: Deno.systemMemoryInfo().total,
        },
      });
      await Deno.remove(root, { recursive: true });
      return INTERRUPTED;
    });
  },
});

const defaultName = () =>
  `${hostname().replace(/[^\w-]/g, "_").slice(0, 40)}-${Deno.pid}`;

/** What this machine is, found out by another process: by using it. */
async function examined() {
  say("Looking at this machine: deno task doctor");
  const doctor = await startCommand(["doctor", "--json"]);
  const ended = await doctor.ended;
  if (!ended.success) {
    throw new DinoDqnError(
      `This machine cannot train or play (${
        failureText(ended)
      }); deno task doctor says what is missing`,
    );
  }
  return (JSON.parse(ended.stdout) as Examination).machine;
}
