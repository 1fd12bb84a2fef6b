/** Chrome, its tabs and what they are asked. */
export { noWindow, openAppWindow } from "./app_window.ts";
export { Chrome } from "./chrome.ts";
export { findChrome, searchChrome } from "./find.ts";
export { Relauncher } from "./relauncher.ts";
export type { Key, Rectangle, ScreencastFrame, Tab } from "./tab.ts";
export { endLeftoverChromes } from "./leftovers.ts";
