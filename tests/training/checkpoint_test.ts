import { join } from "node:path";
import {
  assert,
  assertEquals,
  assertGreater,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { decodeModel } from "../../lib/agent/mod.ts";
import { CheckpointError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import {
  checkpointPath,
  findCheckpoint,
  listCheckpoints,
  readCheckpointModel,
} from "../../lib/runs/mod.ts";
import {
  loadCheckpoint,
  loadNewestCheckpoint,
  saveCheckpoint,
} from "../../lib/training/mod.ts";
import { inFolder } from "../folder.ts";
import { until } from "../processes.ts";
import { readCheckpointFiles } from "../../lib/runs/checkpoint_files.ts";
import { addSteps, makeMemory, makeState, NETWORK } from "./fixtures.ts";

const names = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** Saves a state and memory that are a function of `step`. */
async function save(
  folder: string,
  step: number,
  { keep = 100, best }: { keep?: number; best?: number } = {},
): Promise<string> {
  const state = makeState(step);
  if (best !== undefined) state.counters.best = { step: best, mean: best / 2 };
  const memory = makeMemory();
  addSteps(memory, 20, step);
  return await saveCheckpoint(folder, state, memory, {
    keep,
    network: NETWORK,
  });
}

const refuse = (message: string) => {
  throw new Error(`unexpected warning: ${message}`);
};

Deno.test("saveCheckpoint() stores all that loadNewestCheckpoint() gives back", () =>
  inFolder(async (folder) => {
    const state = makeState(100);
    const memory = makeMemory();
    // More than fits: the rings have wrapped around.
    addSteps(memory, 67, 1);
    await saveCheckpoint(folder, state, memory, { keep: 1, network: NETWORK });
    const loaded = await loadNewestCheckpoint(folder, refuse);
    assertEquals(loaded.path, checkpointPath(folder, 100));
    assertEquals(loaded.state, state);
    const restored = makeMemory();
    await loaded.restoreMemory(restored);
    assertEquals(restored.state(), memory.state());
    assertEquals(restored.chunks(), memory.chunks());
    assertEquals(restored.size, memory.size);
  }));

Deno.test("saveCheckpoint() copies everything before it returns its promise", () =>
  inFolder(async (folder) => {
    const state = makeState(100);
    const expected = structuredClone(state);
    const memory = makeMemory();
    addSteps(memory, 20, 1);
    const saved = saveCheckpoint(folder, state, memory, {
      keep: 1,
      network: NETWORK,
    });
    addSteps(memory, 20, 2);
    state.counters.step++;
    state.learner.sets.online[0]!.data.fill(0);
    await saved;
    const loaded = await loadNewestCheckpoint(folder, refuse);
    assertEquals(loaded.state, expected);
    const [before, restored] = [makeMemory(), makeMemory()];
    addSteps(before, 20, 1);
    await loaded.restoreMemory(restored);
    assertEquals(restored.chunks(), before.chunks());
  }));

Deno.test("saveCheckpoint() stores the weights that play as a model", () =>
  inFolder(async (folder) => {
    const state = makeState(100);
    const options = { keep: 2, network: NETWORK };
    await saveCheckpoint(folder, state, makeMemory(), options);
    const path = checkpointPath(folder, 100);
    assertEquals(
      decodeModel(NETWORK, await readCheckpointModel(path)),
      state.learner.sets.average,
    );
    delete state.learner.sets.average;
    await saveCheckpoint(folder, state, makeMemory(), options);
    assertEquals(
      decodeModel(NETWORK, await readCheckpointModel(path)),
      state.learner.sets.online,
    );
    assertEquals((await loadCheckpoint(path)).state.learner, state.learner);
  }));

Deno.test("saveCheckpoint() keeps the newest ones and the best", () =>
  inFolder(async (folder) => {
    await save(folder, 100, { keep: 2, best: 100 });
    for (let step = 200; step <= 500; step += 100) {
      await save(folder, step, { keep: 2, best: 100 });
    }
    assertEquals(await listCheckpoints(folder), [500, 400, 100]);
    await save(folder, 600, { keep: 2, best: 600 });
    assertEquals(names(folder), ["step-500", "step-600"]);
  }));

Deno.test("saveCheckpoint() replaces a checkpoint of the same step", () =>
  inFolder(async (folder) => {
    await save(folder, 100);
    await save(folder, 100, { best: 100 });
    assertEquals(names(folder), ["step-100"]);
    const { state } = await loadNewestCheckpoint(folder, refuse);
    assertEquals(state.counters.best, { step: 100, mean: 50 });
  }));

Deno.test("findCheckpoint() finds the newest, the best, and a step", () =>
  inFolder(async (folder) => {
    await assertRejects(
      () => findCheckpoint(folder, "best"),
      CheckpointError,
      `There is no checkpoint in ${folder}; train for longer`,
    );
    await save(folder, 100);
    assertEquals(
      await findCheckpoint(folder, "best"),
      checkpointPath(folder, 100),
    );
    await save(folder, 1000, { best: 100 });
    const find = (which: "best" | "newest" | number) =>
      findCheckpoint(folder, which);
    assertEquals(await find("newest"), checkpointPath(folder, 1000));
    assertEquals(await find("best"), checkpointPath(folder, 100));
    assertEquals(await find(1000), checkpointPath(folder, 1000));
    await assertRejects(
      () => find(7),
      CheckpointError,
      `There is no checkpoint step-7 in ${folder}; it has step-1000, step-100`,
    );
  }));

Deno.test("loadNewestCheckpoint() finds a damaged byte in any file and uses the one before", () =>
  inFolder(async (folder) => {
    const random = new Random(1);
    await save(folder, 100);
    const files = names(await save(folder, 200));
    assertEquals(files, [
      "MANIFEST.json",
      "learner.bin",
      "model.json",
      "replay.bin",
      "state.json",
      "weights.bin",
    ]);
    const resumed = ["learner.bin", "replay.bin", "state.json"];
    for (const file of [...resumed, "MANIFEST.json"]) {
      const path = join(await save(folder, 200), file);
      const bytes = await Deno.readFile(path);
      // In a manifest, where a byte could stand in a file that is not read
      // here, the first one.
      const at = file === "MANIFEST.json" ? 0 : random.integer(bytes.length);
      bytes[at]! ^= 1 << random.integer(8);
      await Deno.writeFile(path, bytes);
      const warnings: string[] = [];
      const loaded = await loadNewestCheckpoint(
        folder,
        (message) => warnings.push(message),
      );
      assertEquals(loaded.state, makeState(100));
      assertEquals(warnings.length, 1);
      assert(
        warnings[0]!.startsWith(
          `The checkpoint ${checkpointPath(folder, 200)} is damaged: ${file} `,
        ),
        warnings[0],
      );
      assert(warnings[0]!.endsWith("; trying the one before it, step-100"));
      assertEquals(names(folder), ["step-100", "step-200.damaged"]);
    }
  }));

Deno.test("readCheckpointFiles() never gives a byte that was not written, whichever bit flips", () =>
  inFolder(async (folder) => {
    const path = await save(folder, 100);
    const { manifest, files } = await readCheckpointFiles(path);
    const file = join(path, "MANIFEST.json");
    const bytes = await Deno.readFile(file);
    let found = 0;
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << (at % 8);
      await Deno.writeFile(file, flipped);
      try {
        const read = await readCheckpointFiles(path, Object.keys(files));
        assertEquals(read.files, files);
      } catch (error) {
        assert(error instanceof CheckpointError, String(error));
        found++;
      }
    }
    // White space and the step's number are what may change unnoticed.
    assertGreater(found, bytes.length * 0.7);
    assertEquals(manifest.step, 100);
  }));

Deno.test("loadNewestCheckpoint() finds missing and cut files", () =>
  inFolder(async (folder) => {
    await save(folder, 100);
    const cut = join(await save(folder, 200), "replay.bin");
    await Deno.truncate(cut, (await Deno.stat(cut)).size - 1);
    await Deno.remove(join(await save(folder, 300), "learner.bin"));
    await Deno.remove(join(await save(folder, 400), "MANIFEST.json"));
    const warnings: string[] = [];
    const loaded = await loadNewestCheckpoint(
      folder,
      (message) => warnings.push(message),
    );
    assertEquals(loaded.path, checkpointPath(folder, 100));
    assertEquals(warnings.length, 3);
  }));

Deno.test("loadNewestCheckpoint() says when none is complete, and when there is none", () =>
  inFolder(async (folder) => {
    await assertRejects(
      () => loadNewestCheckpoint(folder, refuse),
      CheckpointError,
      `There is no checkpoint in ${folder}`,
    );
    await Deno.remove(join(await save(folder, 100), "state.json"));
    const warnings: string[] = [];
    await assertRejects(
      () => loadNewestCheckpoint(folder, (message) => warnings.push(message)),
      CheckpointError,
      `None of the 1 checkpoints in ${folder} is complete`,
    );
    assert(warnings[0]!.endsWith("there is none before it"));
  }));

Deno.test("loadCheckpoint() refuses a replay memory of another shape", () =>
  inFolder(async (folder) => {
    const loaded = await loadCheckpoint(await save(folder, 100));
    await assertRejects(
      () => loaded.restoreMemory(makeMemory(60)),
      CheckpointError,
      "resume with the config it was made with",
    );
  }));

Deno.test("saveCheckpoint() removes what a killed process left, and finishes a replacement", () =>
  inFolder(async (folder) => {
    const replaced = await save(folder, 100);
    await Deno.rename(replaced, `${replaced}.replaced`);
    await Deno.mkdir(join(folder, "step-50.partial"));
    await Deno.rename(await save(folder, 70), join(folder, "step-70.removed"));
    const { path } = await loadNewestCheckpoint(folder, refuse);
    assertEquals(path, replaced);
    assertEquals(names(folder), ["step-100"]);
  }));

Deno.test("saveCheckpoint() on a full disk leaves the earlier checkpoint, and nothing else", () =>
  inFolder(async (folder) => {
    await save(folder, 100);
    const here = (file: string) => new URL(file, import.meta.url).href;
    // A limit on the size of a file stands in for a full disk.
    const program = `
      import { saveCheckpoint } from "${
      here("../../lib/training/checkpoint.ts")
    }";
      import * as fixtures from "${here("fixtures.ts")}";
      const memory = fixtures.makeMemory(200);
      fixtures.addSteps(memory, 150, 1); // 960 kB
      try {
        await saveCheckpoint(
          ${JSON.stringify(folder)}, fixtures.makeState(200), memory,
          { keep: 1, network: fixtures.NETWORK },
        );
      } catch (error) {
        console.log(JSON.stringify([error.name, error.message]));
      }
    `;
    const { stdout } = await new Deno.Command("bash", {
      // Ignored, the signal for a file that is too large is an error.
      args: ["-c", `trap '' XFSZ; ulimit -f 512; exec "$0" eval "$1"`]
        .concat(Deno.execPath(), program),
      stderr: "inherit",
    }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [
      "CheckpointError",
      `Cannot save the checkpoint ${
        checkpointPath(folder, 200)
      }: File too large (os error 27); earlier ones are untouched. Make room on that disk`,
    ]);
    assertEquals(names(folder), ["step-100"]);
    const { state } = await loadNewestCheckpoint(folder, refuse);
    assertEquals(state, makeState(100));
  }));

Deno.test("saveCheckpoint() killed at any moment leaves complete checkpoints alone", () =>
  inFolder(async (folder) => {
    const random = new Random(1);
    const here = (file: string) => new URL(file, import.meta.url).href;
    const program = `
      import { saveCheckpoint } from "${
      here("../../lib/training/checkpoint.ts")
    }";
      import * as fixtures from "${here("fixtures.ts")}";
      const memory = fixtures.makeMemory();
      fixtures.addSteps(memory, 20, 1);
      for (let step = Number(Deno.args[0]);; step++) {
        const state = fixtures.makeState(step);
        state.counters.best = { step: step - step % 5, mean: 1 };
        // Every third one a second time, replacing the first.
        for (let time = 0; time < (step % 3 === 0 ? 2 : 1); time++) {
          await saveCheckpoint(
            ${JSON.stringify(folder)}, state, memory,
            { keep: 2, network: fixtures.NETWORK },
          );
        }
        if (step === Number(Deno.args[0])) console.log("saving");
      }
    `;
    const isUnfinished = (name: string) => !/^step-\d+$/.test(name);
    let newest = 1;
    let interrupted = 0;
    for (let kill = 0; kill < 8; kill++) {
      const writer = new Deno.Command(Deno.execPath(), {
        args: ["eval", program, String(newest)],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const reader = writer.stdout.getReader();
      await reader.read();
      if (kill % 2) await until(() => names(folder).some(isUnfinished));
      await new Promise((go) => setTimeout(go, random.integer(100)));
      writer.kill("SIGKILL");
      await writer.status;
      await reader.cancel();

      if (names(folder).some(isUnfinished)) interrupted++;
      const { path, state } = await loadNewestCheckpoint(folder, refuse);
      const { step } = state.counters;
      const expected = makeState(step);
      expected.counters.best = { step: step - step % 5, mean: 1 };
      assertEquals(state, expected);
      assertEquals(path, checkpointPath(folder, step));
      for (const other of await listCheckpoints(folder)) {
        await readCheckpointFiles(checkpointPath(folder, other));
      }
      assert(step >= newest);
      newest = step;
    }
    // Or the test would have killed it between two checkpoints each time.
    assertNotEquals(interrupted, 0);
  }));
