import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import { loadConfig } from "../../lib/config/mod.ts";
import { modelCard } from "../../lib/export/card.ts";
import { exampleReport } from "../examples.ts";
import { EVIL, info, report } from "../hostile.ts";

const content = {
  name: "example",
  checkpoint: "step-1000",
  config: await loadConfig(),
  parameters: 112_290,
  trainings: [],
  report: null,
  live: null,
  files: [],
};

const training = {
  info: {
    name: "example",
    seed: 3,
    starts: [{
      time: "2020-01-01T00:00:00Z",
      fromStep: 0,
      commandLine: ["train", "--seed", "3"],
      commit: null,
      versions: { chrome: "1" },
      pageScript: "ab",
      engine: "graph" as const,
      device: "CPU",
    }],
  },
  steps: 24_000,
  games: Array(120),
  minutes: 1.5,
};

Deno.test("modelCard() says that scores are missing rather than none", () => {
  const card = modelCard(content);
  assertStringIncludes(card, "Not measured on held-out seeds yet");
  assertStringIncludes(card, "this agent was not measured: `--clock live`");
  assertStringIncludes(card, "112,290 parameters");
  // They never appear at speed 6, whatever the config allows.
  assertStringIncludes(card, "without pterodactyls");
  assert(!/undefined|NaN|\[object/.test(card), card);
});

Deno.test("modelCard() tells scores with intervals, games and training", () => {
  const card = modelCard({
    ...content,
    report: exampleReport(),
    live: exampleReport(),
    trainings: [training],
  });
  assertStringIncludes(card, "30 greedy games");
  assertStringIncludes(card, "of 30 games ended at the cap of 2,000 points");
  assertStringIncludes(card, "| interquartile mean |");
  assertStringIncludes(card, "by screenshots and real keys: 30 games, ");
  assertStringIncludes(card, "deno task train --seed 3");
  assertStringIncludes(
    card,
    "Seed 3: 24,000 agent steps, 120 games, 1.5 minutes on CPU",
  );
  assert(!/undefined|NaN|\[object/.test(card), card);
});

Deno.test("modelCard() tells each training of an ensemble", async () => {
  const trainings = [1, 2, 3].map((seed) => ({
    ...training,
    info: { ...training.info, seed },
  }));
  const config = await loadConfig(undefined, ["network.members=3"]);
  const card = modelCard({ ...content, config, trainings });
  assertStringIncludes(card, "an ensemble of 3, each the network `tutorial`");
  assertStringIncludes(card, "the highest mean of their Q-values");
  assertStringIncludes(card, "The figures are of these trainings");
  for (const seed of [1, 2, 3]) {
    assertStringIncludes(card, `Seed ${seed}: 24,000 agent steps`);
  }
  assertEquals(card.split("- page script ab").length, 2);
});

Deno.test("modelCard() names the agent whose weights a training began with", () => {
  const info = { ...training.info, from: "default-1@step-5000" };
  const card = modelCard({ ...content, trainings: [{ ...training, info }] });
  assertStringIncludes(card, "the weights of default-1@step-5000. Seed 3:");
});

Deno.test("modelCard() begins with what model hubs read, and leads to what is there", () => {
  const report = exampleReport();
  const name = "of: a run";
  const files = ["report/median.webp", "example.html", "config.yaml"];
  const card = modelCard({ ...content, name, report, files });
  const [, front, text] = /^---\n(.*?)\n---\n(.*)$/s.exec(card)!;
  const metadata = parse(front!);
  assertEquals(metadata.license, "mit");
  assertEquals(metadata.library_name, "dino-dqn");
  assert(metadata.tags.includes("reinforcement-learning"));
  const [index] = metadata["model-index"];
  assertEquals(index.name, name);
  assertEquals(index.results[0].metrics[0].type, "mean_reward");
  assertEquals(
    index.results[0].metrics[0].value,
    `${report.mean.toFixed(2)} +/- ${report.sd.toFixed(2)}`,
  );
  assertEquals(
    Array.from(text!.matchAll(/\]\((.*?)\)/g), ([, file]) => file),
    files,
  );
  // Without games there are no figures to tell.
  assert(!modelCard(content).includes("model-index"));
});

Deno.test("modelCard() takes texts for texts, not for Markdown or HTML", () => {
  const card = modelCard({
    ...{ ...content, name: EVIL, checkpoint: EVIL, report },
    trainings: [{ info, steps: 1, games: [1], minutes: 1 }],
  });
  const outside = card.split(/^(`{3,})\w*$[\s\S]*?^\1$/m).join("\n");
  assert(!/<script|[^\\]\]\(javascript/.test(outside), outside);
});
