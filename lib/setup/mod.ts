/** Bringing what the program needs: packages, TensorFlow, Chrome. */
export { ensureBinding, findCompiler } from "./binding.ts";
export { ensureChrome } from "./chrome.ts";
export { choosePackages } from "./packages.ts";
export { removeCache } from "./cache.ts";
export { ensureTensorFlow } from "./tensorflow.ts";
