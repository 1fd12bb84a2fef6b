import { assert, assertEquals, assertThrows } from "@std/assert";
import { join, resolve } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import { jobWarnings, retrainJob } from "../../lib/retraining/job.ts";

const OPTIONS = {
  args: ["--minutes", "5"],
  data: "/srv/data",
  log: "/srv/data/log",
  limitMinutes: 60,
  execPath: "/opt/deno/bin/deno",
  env: {},
};

const CWD = Deno.cwd();

Deno.test("retrainJob() takes the environment along that matters, and no more", () => {
  const { environment } = retrainJob({
    ...OPTIONS,
    env: {
      PATH:
        `/usr/bin:relative::/no/such/folder:/usr/bin:${CWD}/node_modules/.bin:${CWD}`,
      DINO_DATA: "elsewhere",
      DINO_TENSORFLOW: "/opt/tf",
      CUDA_VISIBLE_DEVICES: "1",
      CHROME_PATH: "",
      AWS_SECRET_ACCESS_KEY: "secret",
    },
  });
  assertEquals(environment, {
    DINO_DATA: resolve("elsewhere"),
    DINO_TENSORFLOW: "/opt/tf",
    CUDA_VISIBLE_DEVICES: "1",
    PATH: `/usr/bin:${CWD}`,
  });
});

Deno.test("retrainJob() names Deno by a path, the one on the PATH if it is the same", async () => {
  assertEquals(retrainJob(OPTIONS).command, [
    ...["/opt/deno/bin/deno", "task", "--quiet", "retrain", "--minutes", "5"],
  ]);
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "deno-9.9.9");
    await Deno.writeTextFile(file, "");
    await Deno.mkdir(join(folder, "bin"));
    await Deno.symlink(file, join(folder, "bin", "deno"));
    const env = { PATH: `/usr/bin:${join(folder, "bin")}` };
    assertEquals(
      retrainJob({ ...OPTIONS, env, execPath: file }).command[0],
      join(folder, "bin", "deno"),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("retrainJob() refuses what no crontab and no unit can hold", () => {
  for (const log of ["/srv/a\nb", "/srv/a\tb", "/srv/a ", "/srv/a\\"]) {
    assertThrows(
      () => retrainJob({ ...OPTIONS, log }),
      UsageError,
      `Cannot schedule with ${JSON.stringify(log)}`,
    );
  }
});

Deno.test("jobWarnings() warns of npm's cache and of root", () => {
  const job = retrainJob(OPTIONS);
  assertEquals(jobWarnings(job, 1000), []);
  assert(jobWarnings(job, 0)[0]!.includes("as root"));
  const execPath =
    "/home/me/.npm/_npx/0a1b/node_modules/@deno/linux-x64-glibc/deno";
  const cached = retrainJob({ ...OPTIONS, execPath });
  assert(jobWarnings(cached, 1000)[0]!.includes("npm install --global deno"));
});
