import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import {
  assert,
  assertEquals,
  assertGreater,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { CheckpointError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import {
  checkpointPath,
  listCheckpoints,
  readCheckpointFiles,
  writeCheckpointFiles,
} from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";
import {
  checkpointsOf,
  contentOf,
  makeTraining,
  namesIn,
  restored,
  save,
} from "./fixtures.ts";

/** Asserts that a training cannot go on from the folder's checkpoints. */
const refused = (folder: string, message: string, training = makeTraining()) =>
  assertRejects(
    () => checkpointsOf(training, folder).restoreNewest(),
    CheckpointError,
    message,
  );

Deno.test("restoreNewest() finds a damaged byte in any file and uses the one before", () =>
  inFolder(async (folder) => {
    const random = new Random(1);
    await save(folder, 100);
    const files = namesIn(await save(folder, 200));
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
      const training = await restored(
        folder,
        (message) => warnings.push(message),
      );
      assertEquals(
        await contentOf(training),
        await contentOf(makeTraining(100)),
      );
      assertEquals(warnings.length, 1);
      assert(
        warnings[0]!.startsWith(
          `The checkpoint ${checkpointPath(folder, 200)} is damaged: ${file} `,
        ),
        warnings[0],
      );
      assert(warnings[0]!.endsWith("; trying the one before it, step-100"));
      assertEquals(namesIn(folder), ["step-100", "step-200.damaged"]);
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

Deno.test("restoreNewest() finds missing and cut files", () =>
  inFolder(async (folder) => {
    await save(folder, 100);
    const cut = join(await save(folder, 200), "replay.bin");
    await Deno.truncate(cut, (await Deno.stat(cut)).size - 1);
    await Deno.remove(join(await save(folder, 300), "learner.bin"));
    await Deno.remove(join(await save(folder, 400), "MANIFEST.json"));
    const warnings: string[] = [];
    const { counters } = await restored(
      folder,
      (message) => warnings.push(message),
    );
    assertEquals(counters.step, 100);
    assertEquals(warnings.length, 3);
  }));

Deno.test("restoreNewest() says when none is complete, each time, and moves nothing", () =>
  inFolder(async (folder) => {
    assertEquals(
      await checkpointsOf(makeTraining(), folder).restoreNewest(),
      false,
    );
    await Deno.remove(join(await save(folder, 100), "state.json"));
    for (let time = 0; time < 2; time++) {
      const warnings: string[] = [];
      await assertRejects(
        () => restored(folder, (message) => warnings.push(message)),
        CheckpointError,
        `None of the 1 checkpoints in ${folder} is complete`,
      );
      assert(warnings[0]!.endsWith("there is none before it"));
    }
    assertEquals(namesIn(folder), ["step-100"]);
  }));

Deno.test("restoreNewest() refuses a replay memory of another shape", () =>
  inFolder(async (folder) => {
    await save(folder, 100);
    await refused(
      folder,
      "resume with the config it was made with",
      makeTraining(0, 60),
    );
  }));

Deno.test("restoreNewest() says which part is not as this program writes it", () =>
  inFolder(async (folder) => {
    await save(folder, 100);
    const path = checkpointPath(folder, 100);
    const { files, manifest } = await readCheckpointFiles(path);
    const state = JSON.parse(new TextDecoder().decode(files["state.json"]));
    const wrong = Object.keys(state).map((name) => [name, 7] as const);
    for (const [name, value] of [...wrong, ["counters", {}] as const]) {
      const text = JSON.stringify({ ...state, [name]: value });
      const hostile = new TextEncoder().encode(text);
      await writeCheckpointFiles(
        folder,
        100,
        { ...files, "state.json": hostile },
        manifest.best,
      );
      await refused(
        folder,
        `The ${name} of ${path} is not as this program writes it`,
      );
    }
  }));

Deno.test("restoreNewest() refuses a memory that is not compressed, grows without end, or is too short", () =>
  inFolder(async (folder) => {
    const { files } = await readCheckpointFiles(await save(folder, 100));
    const bomb = zstdCompressSync(new Uint8Array(2 ** 26));
    for (
      const [block, message] of [
        [bomb, "The stored replay memory does not fit: "],
        [new Uint8Array(50).fill(7), "The stored replay memory does not fit: "],
        [null, "The stored replay memory is shorter"],
      ] as const
    ) {
      const file = new Uint8Array(block ? 4 + block.length : 0);
      if (block) {
        new DataView(file.buffer).setUint32(0, block.length, true);
        file.set(block, 4);
      }
      const broken = { ...files, "replay.bin": file };
      await writeCheckpointFiles(folder, 100, broken, null);
      await refused(folder, message);
    }
  }));

Deno.test("restoreNewest() removes what a killed process left, and finishes a replacement", () =>
  inFolder(async (folder) => {
    const replaced = await save(folder, 100);
    await Deno.rename(replaced, `${replaced}.replaced`);
    await Deno.mkdir(join(folder, "step-50.partial"));
    await Deno.rename(await save(folder, 70), join(folder, "step-70.removed"));
    assertEquals((await restored(folder)).counters.step, 100);
    assertEquals(namesIn(folder), ["step-100"]);
  }));

/** A program that saves checkpoints, in a process of its own. */
const saving = (body: string) => {
  const here = (file: string) => new URL(file, import.meta.url).href;
  return `import * as fixtures from "${here("fixtures.ts")}";\n${body}`;
};

Deno.test("a checkpoint on a full disk leaves the earlier one, and nothing else", () =>
  inFolder(async (folder) => {
    await save(folder, 100);
    // A limit on the size of a file stands in for a full disk.
    const program = saving(`
      const training = fixtures.makeTraining(200, 200);
      fixtures.addSteps(training.memory, 150, 1); // 960 kB
      await using checkpoints = fixtures.checkpointsOf(
        training, ${JSON.stringify(folder)}, { keep: 1, warn: console.log },
      );
      await checkpoints.save();
    `);
    const { stdout } = await new Deno.Command("bash", {
      // Ignored, the signal for a file that is too large is an error.
      args: ["-c", `trap '' XFSZ; ulimit -f 512; exec "$0" eval "$1"`]
        .concat(Deno.execPath(), program),
      stderr: "inherit",
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout),
      "step 200 was not saved, training goes on. Cannot save the checkpoint " +
        `${checkpointPath(folder, 200)}: File too large (os error 27); ` +
        "files may not grow any larger here (ulimit -f); earlier ones are untouched. Make room on that disk\n",
    );
    assertEquals(namesIn(folder), ["step-100"]);
    assertEquals(
      await contentOf(await restored(folder)),
      await contentOf(makeTraining(100)),
    );
  }));

Deno.test("a process that is killed while it saves leaves complete checkpoints alone", () =>
  inFolder(async (folder) => {
    const random = new Random(1);
    const program = saving(`
      for (let step = Number(Deno.args[0]);; step++) {
        const best = step - step % 5;
        // Every third one a second time, replacing the first.
        for (let time = 0; time < (step % 3 === 0 ? 2 : 1); time++) {
          await fixtures.save(${
      JSON.stringify(folder)
    }, step, { keep: 2, best });
        }
      }
    `);
    const unfinished = () =>
      namesIn(folder).some((name) => !/^step-\d+$/.test(name));
    let newest = 1;
    let interrupted = 0;
    for (let kill = 0; kill < 8; kill++) {
      const writer = new Deno.Command(Deno.execPath(), {
        args: ["eval", program, String(newest)],
        stderr: "inherit",
      }).spawn();
      // At one moment or another, every other time in the middle of one.
      while (
        ((await listCheckpoints(folder))[0] ?? 0) < newest || !unfinished()
      ) await new Promise((go) => setTimeout(go));
      const wait = kill % 2 * random.integer(100);
      await new Promise((go) => wait > 0 ? setTimeout(go, wait) : go(null));
      writer.kill("SIGKILL");
      await writer.status;

      if (unfinished()) interrupted++;
      const training = await restored(folder);
      const { step } = training.counters;
      const expected = makeTraining(step);
      const best = step - step % 5;
      expected.counters.best = { step: best, mean: best / 2 };
      assertEquals(await contentOf(training), await contentOf(expected));
      for (const other of await listCheckpoints(folder)) {
        await readCheckpointFiles(checkpointPath(folder, other));
      }
      assert(step >= newest);
      newest = step;
    }
    // Or the test would have killed it between two checkpoints each time.
    assertNotEquals(interrupted, 0);
  }));
