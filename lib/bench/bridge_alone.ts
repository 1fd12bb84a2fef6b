/** What bridge.py compares with: random play, for so many milliseconds per line of stdin. */
import { answer } from "../cli/mod.ts";
import { loadConfig } from "../config/mod.ts";
import { Environments } from "../env/mod.ts";
import { hash32, Random } from "../random.ts";
import { playRandomly } from "./work.ts";

const config = await loadConfig(undefined, [
  `env.instances=${Deno.args[0]}`,
  "exploration.actionProbabilities=[0.9, 0.1]",
]);
await using environments = await Environments.open(config);
await using env = environments.createLockstep({ training: true });
await env.reset((...game) => ({ seed: hash32(config.seed, ...game) }));
const random = new Random(config.seed);
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
for await (const line of lines) {
  const start = performance.now();
  const isEnough = () => performance.now() - start >= Number(line);
  const steps = await playRandomly(config, env, random, isEnough);
  answer(`${steps / (performance.now() - start) * 1000}`);
}
