import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DinoDqnError, UsageError } from "../../lib/errors.ts";
import {
  crontabLine,
  crontabWord,
  installedExpression,
  withLine,
} from "../../lib/retraining/crontab.ts";
import type { Job } from "../../lib/retraining/job.ts";

const DATA = "/srv/data";
const OTHERS = "MAILTO=me\n# mine\n\n5 4 * * * backup %\n";

const JOB: Job = {
  command: ["/usr/bin/deno", "task", "retrain"],
  folder: "/srv/dino",
  environment: { PATH: "/usr/bin" },
  data: DATA,
  log: "/srv/data/log",
  limitMinutes: 60,
};

/** What cron gives the shell: `\%` becomes `%`, a bare `%` ends the command. */
function asCronReads(command: string): string {
  let read = "";
  let escaped = false;
  for (const character of command) {
    if (character === "%" && !escaped) return read;
    if (character === "%") read = read.slice(0, -1);
    escaped = character === "\\" && !escaped;
    read += character;
  }
  return read;
}

async function sh(command: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", asCronReads(command)],
  }).output();
  return new TextDecoder().decode(stdout);
}

const ODD = [
  "",
  "plain-1.0_a@b+c:d,e=f",
  "a b",
  `it's "quoted"`,
  "100%",
  "50%50\\%x",
  "\\",
  "$HOME `id` $(id)",
  "* ? ~ ! # ; & | < > ( ) { } [ ]",
  "é—日本",
];

Deno.test("crontabWord() comes through cron and the shell unchanged", async () => {
  for (const text of ODD) {
    assertEquals(
      await sh(`printf %s ${crontabWord(text)}`.replace("%", "\\%")),
      text,
    );
  }
});

Deno.test("crontabLine() runs the command in its folder, with environment and log", async () => {
  const folder = await Deno.makeTempDir({ prefix: "a b'%$x" });
  try {
    const script = 'printf "%s|" "$PWD" "$DINO_DATA" "$@"; echo error >&2';
    const log = join(folder, "log%");
    const line = crontabLine("@daily", {
      ...JOB,
      folder: await Deno.realPath(folder),
      environment: { PATH: "/usr/bin:/bin", DINO_DATA: ODD.join("") },
      command: ["sh", "-c", script, "sh", ...ODD],
      log,
    });
    assert(line.startsWith("@daily cd "));
    await sh(line.slice("@daily ".length));
    await sh(line.slice("@daily ".length));
    const once = [await Deno.realPath(folder), ODD.join(""), ...ODD, ""]
      .join("|") + "error\n";
    assertEquals(await Deno.readTextFile(log), once + once);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("crontabLine() refuses a line that cron would not take", () => {
  const environment = { PATH: "/a".repeat(500) };
  assertThrows(
    () => crontabLine("0 2 * * *", { ...JOB, environment }),
    UsageError,
    "PATH has 1000 of them: give a shorter one",
  );
});

Deno.test("withLine() adds, replaces and removes our line and leaves the others", () => {
  const line = crontabLine("0 2 * * *", JOB);
  const added = withLine(OTHERS, DATA, line);
  assertEquals(
    added,
    `${OTHERS}# begin dino-dqn retrain, data in /srv/data\n` +
      "0 2 * * * cd /srv/dino && env PATH=/usr/bin /usr/bin/deno task retrain " +
      ">> /srv/data/log 2>&1\n# end dino-dqn retrain, data in /srv/data\n",
  );
  const behind = added + "6 6 * * * last\n";
  const later = crontabLine("0 3 * * *", JOB);
  assertEquals(
    withLine(behind, DATA, later),
    behind.replace("0 2 * * *", "0 3 * * *"),
  );
  assertEquals(withLine(added, DATA, null), OTHERS);
  assertEquals(withLine("", DATA, null), "");
  assertEquals(withLine("a", DATA, null), "a\n");
});

Deno.test("withLine() keeps the lines of several data folders apart", () => {
  const both = withLine(withLine("", DATA, "1"), `${DATA}/b`, "2");
  assertEquals(withLine(both, DATA, null), withLine("", `${DATA}/b`, "2"));
});

Deno.test("installedExpression() reads the time, also when it was changed by hand", () => {
  const crontab = withLine(OTHERS, DATA, crontabLine("0 2 * * mon", JOB));
  assertEquals(installedExpression(crontab, DATA), "0 2 * * mon");
  assertEquals(
    installedExpression(crontab.replace("0 2 * * mon", "@daily  "), DATA),
    "@daily",
  );
  assertEquals(installedExpression(OTHERS, DATA), null);
  const off = crontab.replace("0 2 * * mon", "#0 2 * * mon");
  assertEquals(installedExpression(off, DATA), null);
});

Deno.test("a crontab with half of our lines is not touched", () => {
  const whole = withLine(OTHERS, DATA, "x");
  const lines = whole.split("\n");
  for (
    const damaged of [
      whole.replace(/# begin.*\n/, ""),
      whole.replace(/# end.*\n/, ""),
      whole + whole,
      [...lines].reverse().join("\n"),
    ]
  ) {
    assertThrows(
      () => withLine(damaged, DATA, null),
      DinoDqnError,
      "it was changed by hand",
    );
  }
});
