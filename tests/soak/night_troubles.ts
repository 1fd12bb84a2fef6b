/** What goes wrong in the nights of `nights.ts`, by the night's number. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { namesIn } from "../../lib/files.ts";
import { listCheckpoints } from "../../lib/runs/mod.ts";
import { type Nights, startNight, type Trouble } from "./night_process.ts";

/** Nobody listens there. */
const PROXY = "http://127.0.0.1:9";

/** Where Debian and Ubuntu put libfaketime. */
const FAKETIME =
  `/usr/lib/${Deno.build.arch}-linux-gnu/faketime/libfaketimeMT.so.1`;

/** Another clock for Deno and TensorFlow; the monotonic one stays. */
function clock(shift: string): Record<string, string> {
  try {
    Deno.statSync(FAKETIME);
  } catch {
    throw new Error(`${FAKETIME} is missing: apt-get install libfaketime`);
  }
  return {
    LD_PRELOAD: FAKETIME,
    FAKETIME: shift,
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}

const filler = ({ data }: Nights) => join(data, "filler");

/** Writes until not one byte more fits on the disk. */
async function fillDisk(nights: Nights): Promise<void> {
  const chunk = new Uint8Array(65_536);
  using file = await Deno.open(filler(nights), {
    write: true,
    create: true,
    append: true,
  });
  for (let size = chunk.length; size >= 1;) {
    try {
      await file.write(chunk.subarray(0, size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
}

const emptyDisk = (nights: Nights) => Deno.remove(filler(nights));

async function nothingLeft(nights: Nights): Promise<void> {
  assertEquals(await nights.leftOver(), []);
}

/** Changes one byte in the middle of a file. */
async function damage(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  bytes[bytes.length >> 1]! ^= 0xff;
  await Deno.writeFile(path, bytes);
}

/** As if the champion had been measured on another page. */
async function pretendOtherPage({ champion }: Nights): Promise<void> {
  for (const name of await namesIn(join(champion, "nights"))) {
    const path = join(champion, "nights", name, "report.json");
    const text = await Deno.readTextFile(path);
    // The one that night 10 broke.
    if (!text.startsWith("{")) continue;
    const record = JSON.parse(text);
    const pageScript = record.pageScript && "0".repeat(64);
    await Deno.writeTextFile(path, JSON.stringify({ ...record, pageScript }));
  }
}

/** The nights that are not ordinary. */
export const TROUBLES: Record<number, Trouble> = {
  2: {
    name: "behind a proxy, and stderr is on a full disk",
    env: Object.fromEntries(
      ["HTTP_PROXY", "http_proxy", "ALL_PROXY"].map((name) => [name, PROXY]),
    ),
    shell: 'exec "$@" 2> /dev/full',
  },
  3: {
    name: "Chrome is killed twice during training",
    during: async (night) => {
      await night.until("steps/s");
      await night.killChrome();
      await night.until("Evaluation at step");
      await night.killChrome();
    },
  },
  4: {
    name: "the training is killed (-9)",
    during: async (night) => {
      await night.until("steps/s");
      await night.killCommand("train");
    },
    check: ({ warnings }) =>
      assertStringIncludes(warnings.join(), "ended by signal 9"),
  },
  5: {
    name: "the whole night is killed (-9) during training",
    killsNight: true,
    during: async (night) => {
      await night.until("steps/s");
      night.signal("SIGKILL");
    },
    // What it started ends by itself.
    after: nothingLeft,
  },
  6: {
    name: "its whole process group is killed (-9) during the games",
    killsNight: true,
    during: async (night) => {
      await night.until("8 of 20 games");
      night.signalGroup("SIGKILL");
    },
    after: nothingLeft,
  },
  7: {
    name: "the disk is full during training",
    expect: "failed",
    during: async (night, nights) => {
      await night.until("steps/s");
      await fillDisk(nights);
    },
    after: emptyDisk,
  },
  8: {
    // Further back, Deno takes its own packages for too new and does not start.
    name: "the clock is set back by two days",
    env: clock("-2d"),
  },
  9: {
    name: "the newest checkpoint is damaged",
    before: async ({ checkpoints }) => {
      const [newest] = await listCheckpoints(checkpoints);
      await damage(join(checkpoints, `step-${newest}`, "learner.bin"));
    },
    check: ({ warnings }) =>
      assertStringIncludes(warnings.join(), "learner.bin is not what"),
  },
  10: {
    name: "a line of the history is broken by hand, and so is a record",
    before: async ({ champion }) => {
      const line = "what is this?\n";
      const at = (name: string) => join(champion, name);
      await Deno.writeTextFile(at("history.csv"), line, { append: true });
      await Deno.writeTextFile(at("nights/night-2/report.json"), "broken");
    },
    after: async ({ champion }) =>
      assertStringIncludes(
        await Deno.readTextFile(join(champion, "history.csv")),
        "\nwhat is this?\n",
      ),
    check: ({ warnings }) =>
      assertStringIncludes(warnings.join(), "night-2/report.json is no record"),
  },
  11: {
    name: "the champion is damaged by hand",
    damagesChampion: true,
    before: ({ champion }) => damage(join(champion, "current/weights.bin")),
    check: ({ warnings }) =>
      assertStringIncludes(warnings.join(), "is champion again"),
  },
  12: {
    name: "two are started at once",
    during: async (night, nights) => {
      await night.until("Training the challenger");
      const { code, stderr, stdout } = await startNight(nights).output();
      const text = new TextDecoder();
      assertEquals([code, text.decode(stdout)], [1, ""]);
      assert(
        /in use by process \d+ on .+, since \d{4}-/.test(text.decode(stderr)),
        text.decode(stderr),
      );
    },
  },
  13: {
    name: "the disk is full before it begins",
    expect: "failed",
    before: fillDisk,
    after: emptyDisk,
    check: ({ reason }) => assertStringIncludes(reason, "GB of disk are free"),
  },
  14: {
    name: "the champion's games are killed (-9)",
    during: async (night) => {
      await night.until("8 of 20 games");
      await night.killCommand("eval");
    },
    check: ({ warnings }) =>
      assertStringIncludes(warnings.join(), "ended by signal 9"),
  },
  15: {
    name: "Chrome is killed during the games",
    during: async (night) => {
      await night.until("8 of 20 games");
      await night.killChrome();
    },
  },
  16: {
    name: "it is asked to stop (SIGTERM) during training",
    expect: "failed",
    exit: 130,
    during: async (night) => {
      await night.until("steps/s");
      night.signal("SIGTERM");
    },
    check: ({ reason }) => assertStringIncludes(reason, "it was stopped"),
  },
  17: {
    name: "the clock is set on by a year",
    env: clock("+365d"),
  },
  18: {
    name: "it takes too long",
    expect: "failed",
    args: [
      ...["--minutes", "0.2", "--steps", "1000000"],
      ...["--set", "retraining.hardLimitMinutes=0.3"],
    ],
    check: ({ reason }) => assertStringIncludes(reason, "hard limit of 0.3"),
  },
  19: {
    name: "the page's script is another one than the champion was measured on",
    before: pretendOtherPage,
    check: (result) => assert("pageChange" in result && result.pageChange),
  },
  20: {
    name: "Ctrl-C through | tee",
    expect: "failed",
    exit: 130,
    shell: '"$@" 2> >(tee "$TMPDIR/../said" >&2)',
    during: async (night) => {
      await night.until("steps/s");
      night.signalGroup("SIGINT");
    },
    check: ({ reason }) => assertStringIncludes(reason, "it was stopped"),
  },
  21: {
    name: "the terminal goes away (SIGHUP), and stderr cannot be written",
    expect: "failed",
    exit: 130,
    shell: 'exec "$@" 2< /dev/null',
    during: async (night) => {
      await night.until("steps/s");
      night.signal("SIGHUP");
    },
    check: ({ reason }) => assertStringIncludes(reason, "it was stopped"),
  },
};
