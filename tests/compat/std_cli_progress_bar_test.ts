import { assert, assertEquals, assertMatch } from "@std/assert";
import { ProgressBar } from "@std/cli/unstable-progress-bar";

Deno.test("ProgressBar draws at the start and at the end, over the same line", async () => {
  let text = "";
  const decoder = new TextDecoder();
  const bar = new ProgressBar({
    max: 4,
    value: 1,
    barLength: 8,
    formatter: ({ styledTime, progressBar, value, max }) =>
      `${styledTime} ${progressBar} ${value} of ${max}`,
    writable: new WritableStream({
      write: (chunk) => {
        text += decoder.decode(chunk);
      },
    }),
  });
  bar.value = 3;
  bar.max = 5;
  await bar.stop();
  const frames = text.split("\r\x1b[K");
  assertEquals(frames[0], "");
  assertMatch(frames[1]!, /^\d\d:\d\d ##------ 1 of 4$/);
  assertMatch(frames.at(-1)!, /^\d\d:\d\d ####---- 3 of 5\n$/);
});

Deno.test("ProgressBar is full beyond its maximum and empty below zero", async () => {
  const lines: string[] = [];
  const bar = new ProgressBar({
    max: 2,
    value: -1,
    barLength: 2,
    formatter: ({ progressBar }) => {
      lines.push(progressBar);
      return progressBar;
    },
    writable: new WritableStream(),
  });
  bar.value = 3;
  await bar.stop();
  assertEquals([lines[0], lines.at(-1)], ["--", "##"]);
});

Deno.test("ProgressBar.stop resolves when nobody reads any more", async () => {
  let drawn = 0;
  const bar = new ProgressBar({
    max: 1,
    formatter: () => String(++drawn),
    writable: new WritableStream({
      write: () => Promise.reject(new Error("the pipe is closed")),
    }),
  });
  await bar.stop();
  assert(drawn > 0);
});
