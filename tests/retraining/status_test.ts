import { assert, assertEquals, assertMatch } from "@std/assert";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import {
  type ChampionFolder,
  championFolderAt,
  readStatus,
  statusText,
} from "../../lib/retraining/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { FAKE_CRONTAB, FAKE_SYSTEMCTL, onMachine } from "./machine.ts";
import { damage, inNights } from "./pretend.ts";

/** A crontab with this time in our lines, as if installed long ago. */
async function writeCrontab(
  home: string,
  { data }: ChampionFolder,
  time: string,
) {
  await Deno.writeTextFile(
    join(home, "crontab"),
    `# begin dino-dqn retrain, data in ${data}
# installed 2026-01-01T00:00:00.000Z
${time} cd /srv/dino && exec deno task retrain
# end dino-dqn retrain, data in ${data}
`,
  );
}

Deno.test("readStatus() of a folder in which nothing was done yet", () =>
  onMachine({}, async ({ data }) => {
    const folder = championFolderAt(join(data, "champion"));
    const { freeDiskGb, ...status } = await readStatus(folder);
    assertEquals(status, {
      ...{ champion: null, lastRun: null, nextRun: null, lock: null },
      ...{ trainings: [], sweeps: [], schedules: [], problems: [] },
    });
    assert(freeDiskGb > 0);
    assertMatch(
      statusText({ freeDiskGb, ...status }),
      /^Champion +none\nLast night +none\nNow +nothing runs\nNext night +not scheduled; .*\nDisk +\d+\.\d GB free$/,
    );
  }));

Deno.test("readStatus() tells of champion, last night, and who retrains now", () =>
  onMachine({}, () =>
    inNights(async ({ folder, night }) => {
      const { said: _said, ...last } = await night();
      using _lock = await acquireLock(folder.lock, "Retraining");
      using _run = await acquireLock(
        join(folder.runs, "challenger", "lock"),
        "The run",
      );
      await Deno.mkdir(join(folder.data, "sweeps", "crop"), {
        recursive: true,
      });
      using _sweep = await acquireLock(
        join(folder.data, "sweeps", "crop", "lock"),
        "The sweep",
      );
      const status = await readStatus(folder);
      assertEquals(status.lastRun, last);
      assertEquals([status.champion?.name, status.champion?.step], [
        ...["night-1", 400],
      ]);
      assertEquals(status.lock?.pid, Deno.pid);
      assertEquals(status.lock?.host, hostname());
      assertEquals(status.problems, []);
      const text = statusText(status);
      assertMatch(
        text,
        /^Champion +night-1, since 2\d{3}-.*: mean 201 \(95 %: 200 to 202\) of 10 games, no game reached the cap of 20,000 points, in night 1; step 400 of run challenger$/m,
      );
      const figures = { ...status.champion!.figures, capped: 0.3 };
      assertMatch(
        statusText({ ...status, champion: { ...status.champion!, figures } }),
        /of 10 games, 3 of 10 games ended at the cap of 20,000 points, in night 1;/,
      );
      assertMatch(text, /^Last night +2\d{3}-.* Night 1: promoted, /m);
      assertMatch(text, /^Now +retraining, since .*, by process \d+ on /m);
      assertMatch(text, /^Now +sweep crop, since .*, by process \d+ on /m);
      assertMatch(text, /^Now +training challenger.*: step \d+/m);
    })));

Deno.test("readStatus() names what is damaged, and tells the rest", () =>
  onMachine({}, () =>
    inNights(async ({ folder, night }) => {
      await night();
      await damage(join(folder.current, "model.json"));
      const status = await readStatus(folder);
      assertEquals([status.champion, status.lastRun?.night], [null, 1]);
      assertMatch(
        status.problems.join("\n"),
        /^The champion cannot be used: .*$/,
      );
      assertMatch(statusText(status), /^Problem +The champion cannot/m);
      await Deno.writeTextFile(join(folder.current, "champion.json"), "[]");
      assertMatch((await readStatus(folder)).problems[0]!, /champion/);
    })));

Deno.test("nights that failed are problems, until one does not", () =>
  onMachine({}, () =>
    inNights(async ({ folder, night }) => {
      const problems = async () => (await readStatus(folder)).problems;
      const train = () => Promise.reject(new Error("no disk"));
      await night({ train });
      assertEquals(await problems(), ["Night 1 failed: no disk"]);
      await night({ train });
      assertEquals(await problems(), [
        "Night 2 failed: no disk; so did the 1 before it",
      ]);
      await night();
      assertEquals(await problems(), []);
    })));

Deno.test("a schedule that did not fire is a problem, until a night begins", () =>
  inNights(({ folder, night }) =>
    onMachine({ crontab: FAKE_CRONTAB }, async (machine) => {
      const problems = async () => (await readStatus(folder)).problems;
      const anHourAgo = new Date(Date.now() - 3_600_000);
      const daily = `${anHourAgo.getMinutes()} ${anHourAgo.getHours()} * * *`;
      await writeCrontab(machine.folder, folder, daily);
      await Deno.mkdir(dirname(folder.path), { recursive: true });
      assertMatch(
        (await problems()).join("\n"),
        /^No night began at [-\d: ]+, when cron should have started one: /,
      );
      {
        await Deno.mkdir(folder.path);
        using _lock = await acquireLock(folder.lock, "Retraining");
        assertEquals(await problems(), []);
      }
      // One may need a while to begin.
      const now = new Date();
      const justNow = `${now.getMinutes()} ${now.getHours()} * * *`;
      await writeCrontab(machine.folder, folder, justNow);
      assertEquals(await problems(), []);

      await writeCrontab(machine.folder, folder, daily);
      await night();
      assertEquals(await problems(), []);
    })
  ));

Deno.test("a timer of systemd that fired without a night is a problem", () =>
  inNights(({ folder }) =>
    onMachine({
      systemctl: FAKE_SYSTEMCTL.replace(
        "esac",
        '*LastTrigger*) echo "Tue 2026-11-24 02:00:00 $TZ" ;; esac',
      ),
    }, async ({ change }) => {
      await change({ install: { by: "systemd", time: "daily" } }, folder.data);
      const { schedules: [schedule], problems } = await readStatus(folder);
      assertEquals(schedule?.previous, new Date("2026-11-24T02:00:00Z"));
      assertMatch(
        problems.join("\n"),
        /^No night began at .*, when systemd should/,
      );
    })
  ));
