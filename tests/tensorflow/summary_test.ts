import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  pictureSummary,
  settingsSummary,
  SummaryWriter,
  textSummary,
} from "../../lib/tensorflow/mod.ts";
import { DinoDqnError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";
import {
  readPictures,
  readScalars,
  readSettings,
  readTexts,
} from "./event_file.ts";

Deno.test("SummaryWriter writes an event file that holds the scalars", () =>
  inFolder((folder) => {
    {
      using writer = new SummaryWriter(`${folder}/a/b`);
      writer.scalar(0, "training/loss", 0.5);
      writer.scalar(12_345, "a tag that is longer than a short text", -2.25);
      writer.flush();
      assertEquals(readScalars(`${folder}/a/b`).length, 2);
      writer.scalar(3_000_000_000, "training/loss", 1 / 3);
    }
    const [first, second, third] = readScalars(`${folder}/a/b`);
    assertEquals(first, { step: 0, tag: "training/loss", value: 0.5 });
    assertEquals(second, {
      step: 12_345,
      tag: "a tag that is longer than a short text",
      value: -2.25,
    });
    assertEquals(third?.step, 3_000_000_000);
    assertAlmostEquals(third!.value, 1 / 3, 1e-7);
  }));

Deno.test("SummaryWriter writes settings, texts and pictures as TensorBoard reads them", () =>
  inFolder((folder) => {
    const settings = {
      ...{ "learner.nStep": 3, "learner.learningRate": 2e-4, doubleQ: true },
      ...{ off: false, layers: "nature", list: [1, 2], none: null },
    };
    const long = "é – 400 signs ".repeat(30);
    const encoded = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
    {
      using writer = new SummaryWriter(folder);
      writer.summary(7, settingsSummary(settings));
      writer.summary(8, textSummary("config", long));
      writer.summary(
        300_000,
        pictureSummary("play/best", { width: 552, height: 150, encoded }),
      );
    }
    assertEquals(readSettings(folder), {
      ...settings,
      ...{ list: "[1,2]", none: "null" },
    });
    assertEquals(readTexts(folder), { config: long });
    assertEquals(readPictures(folder), [
      { step: 300_000, tag: "play/best", width: 552, height: 150, encoded },
    ]);
    assertEquals(readScalars(folder), []);
  }));

Deno.test("SummaryWriter keeps writers apart and closes once", () =>
  inFolder((folder) => {
    using one = new SummaryWriter(`${folder}/one`);
    using two = new SummaryWriter(`${folder}/two`);
    one.scalar(1, "x", 1);
    two.scalar(2, "x", 2);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    two[Symbol.dispose]();
    assertEquals(readScalars(`${folder}/one`), [{
      step: 1,
      tag: "x",
      value: 1,
    }]);
    assertEquals(readScalars(`${folder}/two`), [{
      step: 2,
      tag: "x",
      value: 2,
    }]);
  }));

Deno.test("SummaryWriter says when its folder cannot be made", () => {
  const file = Deno.makeTempFileSync();
  try {
    assertThrows(
      () => new SummaryWriter(`${file}/below`),
      DinoDqnError,
      "CreateSummaryFileWriter",
    );
  } finally {
    Deno.removeSync(file);
  }
});
