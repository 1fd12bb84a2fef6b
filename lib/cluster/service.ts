/** A worker as a service of the user's own systemd. */
import { join } from "node:path";
import { removeIfThere, ROOT } from "../files.ts";
import {
  lastingCommand,
  lingering,
  SERVICE_LIMITS,
  shellStart,
  shellWord,
  systemctl,
  unitFolder,
  writeUnit,
} from "../system/mod.ts";

const NAME = "dino-dqn-worker.service";

/**
 * Installs `deno task worker` as a service that starts again whatever happens.
 *
 * @param args of the command
 * @returns what is left to the user, in sentences
 * @throws UsageError, DinoDqnError when it cannot be made or started
 */
export async function installService(
  args: readonly string[],
): Promise<string[]> {
  const { words, warnings } = lastingCommand(["worker", ...args], [ROOT]);
  const line = `cd ${shellWord(ROOT)} && exec env ${
    words.map(shellWord).join(" ")
  }`;
  const unit = `[Unit]
Description=dino-dqn: worker

[Service]
ExecStart=${shellStart(line)}
Restart=always
RestartSec=10
# It has saved and given everything back.
SuccessExitStatus=130
# Only the worker is asked to stop: it asks what it has started.
KillMode=mixed
TimeoutStopSec=150
${SERVICE_LIMITS}
[Install]
WantedBy=default.target
`;
  const path = join(unitFolder(), NAME);
  // Where systemd cannot be reached, nothing is to be written.
  await systemctl(["daemon-reload"]);
  await writeUnit(path, unit);
  const commands = [["daemon-reload"], ["enable", NAME], ["restart", NAME]];
  for (const command of commands) {
    if (await systemctl(command) !== null) continue;
    const all = commands.map((each) => `systemctl --user ${each.join(" ")}`);
    return [
      ...warnings,
      `there is no systemctl here; where systemd runs: ${all.join("; ")}`,
    ];
  }
  const left = [...warnings, await lingering("the worker")];
  return left.filter((what) => what !== null);
}

/** Takes the service away, if it is there. */
export async function uninstallService(): Promise<void> {
  await systemctl(["disable", "--now", NAME]).catch(() => null);
  await removeIfThere(join(unitFolder(), NAME));
  await systemctl(["daemon-reload"]).catch(() => null);
}
