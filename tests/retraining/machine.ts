/** A machine of its own: programs, home and data that are removed afterwards. */
import { assertRejects } from "@std/assert";
import { join } from "node:path";
import { loadConfig } from "../../lib/config/mod.ts";
import { DinoDqnError } from "../../lib/errors.ts";
import {
  championFolderAt,
  changeSchedule,
  type ScheduleRequest,
} from "../../lib/retraining/mod.ts";

/** Stands for cron's program: the crontab is a file, a line "bad" is refused. */
export const FAKE_CRONTAB = `#!/bin/sh
file=\${0%/*}/../crontab
case $1 in
-l) [ -e "$file" ] || { echo "no crontab for me" >&2; exit 1; }; cat "$file" ;;
-) cat > "$file.new"; if grep -q '^bad' "$file.new"; then
     echo "bad minute" >&2; exit 1; fi; mv "$file.new" "$file" ;;
esac
`;

/** Stands for systemctl: notes its arguments; the timer has a next time. */
export const FAKE_SYSTEMCTL = `#!/bin/sh
echo "$*" >> "\${0%/*}/../calls"
case "$*" in *NextElapse*) echo "Tue 2126-11-24 02:00:00 $TZ" ;; esac
`;

const config = await loadConfig(undefined, ["retraining.hardLimitMinutes=90"]);

/** What was shown, and what was said, when the schedule was changed. */
export interface Shown {
  answered: string;
  said: string;
}

type Change = Pick<ScheduleRequest, "install"> & Partial<ScheduleRequest>;

export interface Machine {
  folder: string;
  /** The data folder that is used unless another one is named. */
  data: string;
  /** Changes the schedule, of another data folder if one is named. */
  change(request: Change, data?: string): Promise<Shown>;
  /** Asserts that such a change is refused with this text. @returns the error */
  refused(
    request: Change,
    text: string,
    kind?: typeof DinoDqnError,
  ): Promise<Error>;
  crontab(): string;
  writeCrontab(text: string): Promise<void>;
  /** What systemctl was called with. */
  calls(): string[];
  /** Names of the units. */
  units(): string[];
  /** The text of a unit, by the end of its name. */
  unit(ending: string): string;
}

/**
 * Runs with these programs, `sh` and a few others on the PATH, and no more; with
 * none of the variables that are set here.
 */
export async function onMachine(
  programs: Record<string, string>,
  test: (machine: Machine) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const units = join(folder, ".config", "systemd", "user");
  const before = Deno.env.toObject();
  const textOf = (path: string) => {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return "";
    }
  };
  const namesOfUnits = () => {
    try {
      return [...Deno.readDirSync(units)].map(({ name }) => name).sort();
    } catch {
      return [];
    }
  };
  const data = join(folder, "data");
  const change: Machine["change"] = async (request, of = data) => {
    const shown: Shown = { answered: "", said: "" };
    await changeSchedule({
      ...{ args: [], config, dryRun: false },
      answer: (text) => shown.answered += `${text}\n`,
      say: (line) => shown.said += `${line}\n`,
      folder: championFolderAt(join(of, "champion")),
      ...request,
    });
    return shown;
  };
  try {
    await Deno.mkdir(join(folder, "bin"));
    for (const [name, text] of Object.entries(programs)) {
      await Deno.writeTextFile(join(folder, "bin", name), text, {
        mode: 0o755,
      });
    }
    for (const name of ["sh", "cat", "grep", "mv"]) {
      await Deno.symlink(`/bin/${name}`, join(folder, "bin", name));
    }
    for (const name of Object.keys(before)) Deno.env.delete(name);
    Deno.env.set("PATH", join(folder, "bin"));
    Deno.env.set("HOME", folder);
    await test({
      ...{ folder, data, change },
      refused: (request, text, kind = DinoDqnError) =>
        assertRejects(() => change(request), kind, text),
      crontab: () => textOf(join(folder, "crontab")),
      writeCrontab: (text) => Deno.writeTextFile(join(folder, "crontab"), text),
      calls: () => textOf(join(folder, "calls")).trim().split("\n"),
      units: namesOfUnits,
      unit: (ending) =>
        namesOfUnits().filter((name) => name.endsWith(ending))
          .map((name) => textOf(join(units, name))).join(),
    });
  } finally {
    for (const name of Object.keys(Deno.env.toObject())) Deno.env.delete(name);
    for (const [name, value] of Object.entries(before)) {
      Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
}
