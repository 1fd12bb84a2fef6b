export { Chrome } from "./chrome.ts";
export { findChrome, searchChrome } from "./find.ts";
export type { ChromeSearch } from "./find.ts";
export type {
  Key,
  Rectangle,
  ScreencastFrame,
  Tab,
  TabOptions,
} from "./tab.ts";
