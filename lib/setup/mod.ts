/** Bringing what the program needs: packages, TensorFlow, Chrome. */
export { ensureBinding, findCompiler } from "./binding.ts";
export { ensureChrome } from "./chrome.ts";
export { chooseVersions, lockChanges } from "./lock.ts";
export { ensurePackages, lockOf } from "./packages.ts";
export { removeCache } from "./cache.ts";
export { ensureTensorFlow } from "./tensorflow.ts";
