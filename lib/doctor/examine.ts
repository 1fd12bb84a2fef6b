import type { Config } from "../config/mod.ts";
import { type Check, conclude, type Examination } from "./check.ts";
import { checkChrome } from "./chrome.ts";
import {
  checkDeno,
  checkDisk,
  checkMemory,
  checkPackages,
  checkSharp,
} from "./system.ts";
import {
  checkDevices,
  checkEager,
  checkLearner,
  checkTensorFlow,
} from "./tensorflow.ts";

/**
 * Looks at everything that training needs, by using it: Chrome plays host to
 * the dino page, TensorFlow computes on each device, sharp scales a picture.
 */
export async function examine(config: Config): Promise<Examination> {
  const tensorflow = await checkTensorFlow();
  const checks: Check[] = [
    checkDeno(),
    await checkPackages(),
    await checkChrome(config),
    tensorflow,
  ];
  // One after the other: the timings are those of an idle machine.
  if (tensorflow.status === "ok") {
    checks.push(
      ...await checkDevices(),
      await checkLearner(config.learner),
      await checkEager(config.learner),
    );
  }
  checks.push(await checkSharp(), await checkDisk(), checkMemory());
  return conclude(checks);
}
