/** What the tests of schedules share. */
import { join } from "node:path";
import { championFolderAt, readStatus } from "../../lib/retraining/mod.ts";
import { FAKE_CRONTAB, FAKE_SYSTEMCTL } from "./machine.ts";

export const BOTH = { crontab: FAKE_CRONTAB, systemctl: FAKE_SYSTEMCTL };
export const OTHERS = "MAILTO=me\n# mine\n\n5 4 * * * backup %\n";

export const byCron = (time: string) => ({
  install: { by: "cron" as const, time },
});
export const bySystemd = (time: string) => ({
  install: { by: "systemd" as const, time },
});
export const REMOVE = { install: null };

/** What is on the schedule for a data folder. */
export async function schedules(data: string) {
  return (await readStatus(championFolderAt(join(data, "champion")))).schedules;
}

/** Our line of a crontab. */
export const lineOf = (crontab: string) =>
  crontab.split("\n").find((line) =>
    line.includes("retrain") && line[0] !== "#"
  )!;

/** Words in which cron, systemd or the shell would replace something. */
export const ODD = [
  ...["plain-1.0_a@b+c:d,e=f", "a b", `it's "quoted"`, "100%", "50%50\\%x"],
  ...["$HOME `id` $(id)", "* ? ~ ! # ; & | < > ( ) { } [ ]", "é—日本"],
];
