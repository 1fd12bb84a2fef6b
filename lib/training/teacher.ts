/** Whom a training learns from in place of the rewards. */
import { join } from "node:path";
import { type Agent, checkTeacher, findAgent } from "../agents/mod.ts";
import { type Config, configToYaml } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { isFile } from "../files.ts";
import { MODEL, type RunFolder, WEIGHTS } from "../runs/mod.ts";
import { say } from "../say.ts";
import { replaceFolder } from "../system/mod.ts";

/**
 * The agent that a config names to learn from (`learner.teacher`); null: none.
 *
 * @throws UsageError if there is no such agent or it sees or does something else
 */
export async function findTeacher(config: Config): Promise<Agent | null> {
  const { teacher } = config.learner;
  if (teacher === null) return null;
  const agent = await findAgent(teacher).catch((error) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `learner.teacher: ${error.message}\nTo learn from the rewards: ` +
        "--set learner.teacher=null",
      { cause: error },
    );
  });
  checkTeacher(agent, config, say);
  return agent;
}

/**
 * The teacher of a run; null: it has none. The run's folder gets a copy when it
 * begins, and goes on by that: the teacher may be a run that goes on too, or is
 * gone.
 *
 * @param found the teacher, if it was looked for already
 * @throws UsageError as {@linkcode findTeacher} does
 */
export async function teacherOf(
  run: RunFolder,
  config: Config,
  found?: Agent | null,
): Promise<Agent | null> {
  if (config.learner.teacher === null) return null;
  if (!await isFile(join(run.teacher, MODEL))) {
    await copyTeacher(found ?? (await findTeacher(config))!, run);
  }
  return await findAgent(run.teacher);
}

async function copyTeacher(agent: Agent, run: RunFolder): Promise<void> {
  await replaceFolder(run.teacher, {
    [MODEL]: agent.model.model,
    [WEIGHTS]: agent.model.weights,
    "config.yaml": configToYaml(agent.config),
  });
}
