export { bindingPath, type BindingState, ensureBinding } from "./binding.ts";
export { ensureChrome } from "./chrome.ts";
export { choosePackages, type PackageMode } from "./packages.ts";
export { say } from "./process.ts";
export { removeCache } from "./remove.ts";
export { ensureTensorFlow } from "./tensorflow.ts";
