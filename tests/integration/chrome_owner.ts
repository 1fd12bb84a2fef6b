/**
 * A program that starts Chrome and then ends in the way its argument says,
 * without closing it. It prints Chrome's process number and folder first. A
 * second argument is the address of a Chrome to use in place of one of its own.
 */
import { Chrome } from "../../lib/browser/mod.ts";

const chrome = await Chrome.launch({
  path: null,
  endpoint: Deno.args[1] ?? null,
  headless: true,
  timeoutSeconds: 60,
});
const tab = await chrome.newTab({ width: 600, height: 150 });
await tab.goto("chrome://dino/");
await Deno.stdout.write(
  new TextEncoder().encode(`${chrome.pid} ${chrome.folder}\n`),
);
switch (Deno.args[0]) {
  case "exit":
    Deno.exit(0);
    break;
  case "exception":
    throw new Error("on purpose");
  default:
    await tab.evaluate("new Promise(() => {})");
}
