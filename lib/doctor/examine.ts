import type { Config } from "../config/mod.ts";
import {
  type Check,
  conclude,
  type Examination,
  type Machine,
} from "./check.ts";
import { checkChrome } from "./chrome.ts";
import { programHash } from "../system/mod.ts";
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
  checkNumerics,
  checkTensorFlow,
} from "./tensorflow.ts";

/**
 * Looks at everything that training needs, by using it: Chrome plays host to
 * the dino page, TensorFlow computes on each device, sharp scales a picture.
 */
export async function examine(config: Config): Promise<Examination> {
  const machine: Machine = {
    ...{ program: await programHash(), pageScript: null, chrome: null },
    ...{ tensorflow: null, numerics: null, device: null },
  };
  const tensorflow = await checkTensorFlow(machine);
  const checks: Check[] = [
    checkDeno(),
    await checkPackages(),
    await checkChrome(config, machine),
    tensorflow,
  ];
  // One after the other: the timings are those of an idle machine.
  if (tensorflow.status === "ok") {
    checks.push(
      ...await checkDevices(),
      await checkLearner(config.learner, machine),
      await checkNumerics(machine),
      await checkEager(config.learner),
    );
  }
  checks.push(await checkSharp(), await checkDisk(), checkMemory());
  return conclude(checks, machine);
}
