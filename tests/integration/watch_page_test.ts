/** `deno task watch`, as a browser meets it. */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { join } from "node:path";
import type { Tab } from "../../lib/browser/mod.ts";
import { withPageChrome } from "./page_chrome.ts";
import { copyFolder } from "../folder.ts";
import { withServer } from "./watch_server.ts";

/** Collects what goes wrong in a page, and its charts, before its own scripts run. */
const WATCH = `
  globalThis.failures = [];
  globalThis.plots = [];
  let library;
  Object.defineProperty(globalThis, "uPlot", {
    get: () => library,
    set(made) {
      library = new Proxy(made, {
        construct: (of, given) => plots[plots.push(new of(...given)) - 1],
      });
    },
  });
  for (const event of ["error", "unhandledrejection", "securitypolicyviolation"]) {
    addEventListener(event, (e) => failures.push(String(e.message ?? e.reason ?? e.blockedURI)), true);
  }
`;

/** Asks a page again and again until it says what it is to say. */
async function until<T>(
  tab: Tab,
  expression: string,
  good: (value: T) => boolean,
): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const value = await tab.evaluate<T>(expression);
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`${expression} stays ${value}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const textOf = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`;
const click = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)}).click()`;

Deno.test("In a browser: runs, curves as they grow, games at play, runs over each other", () =>
  withServer(async ({ url, data, run }) => {
    const config = join(run, "config.yaml");
    const hostile = "# <script>failures.push('it ran')</script>\n";
    await Deno.writeTextFile(config, hostile + await Deno.readTextFile(config));
    await copyFolder(run, join(data, "runs/other"));

    await withPageChrome(async (chrome) => {
      const open = async (path: string, width = 1280) => {
        const tab = await chrome.newTab({ width, height: 900, script: WATCH });
        await tab.goto(new URL(path, url).href);
        return tab;
      };
      const check = async (tab: Tab) => {
        const page = await tab.evaluate<
          { failures: string[]; hosts: string[]; over: number }
        >(`({
          failures,
          hosts: [...new Set(performance.getEntriesByType("resource").map(({ name }) => new URL(name).host))],
          over: document.documentElement.scrollWidth - innerWidth,
        })`);
        assertEquals(page, { failures: [], hosts: [url.host], over: 0 });
      };

      for (const width of [1280, 390]) {
        await using tab = await open("/", width);
        const links =
          `[...document.querySelectorAll("tbody a")].map((a) => a.textContent).sort()`;
        await until<string[]>(
          tab,
          links,
          (names) => names.join() === "other,run",
        );
        await check(tab);
      }
      {
        await using tab = await open("/run/run", 390);
        await until<number>(
          tab,
          `document.querySelectorAll(".charts canvas").length`,
          (n) => n >= 5,
        );
        const mean =
          `document.querySelectorAll(".figure strong")[3]?.textContent`;
        const before = await tab.evaluate<string>(mean);
        await tab.evaluate(`void (kept = document.querySelector("h1 + p a"))`);
        const table = join(run, "scores.csv");
        const cells = (await Deno.readTextFile(table)).trimEnd().split("\n").at(
          -1,
        )!.split(",");
        const games = Array.from(
          { length: 10 },
          () => cells.with(3, "4321").with(9, "7654").join(",") + "\n",
        );
        await Deno.writeTextFile(table, games.join(""), { append: true });
        await until<string>(
          tab,
          mean,
          (text) => text === "4,321" && text !== before,
        );
        // The axis goes on with the curve, for nobody has zoomed in.
        await until<number>(
          tab,
          "plots[0].scales.x.max",
          (step) => step === 7654,
        );
        // Whoever presses a link, or has come to it by keys, keeps it.
        assert(await tab.evaluate(`kept.isConnected`));
        assertMatch(
          await tab.evaluate(textOf("details pre")),
          /<script>failures/,
        );
        await check(tab);
      }
      for (
        const [path, text] of [["/sweep/few", "few-01-seed-1"], [
          "/nights",
          "promoted",
        ]] as const
      ) {
        await using tab = await open(path, 390);
        await until<string>(tab, textOf("main"), (all) => all.includes(text));
        await check(tab);
      }
      {
        await using tab = await open("/compare?run=run&run=other");
        await until<number>(
          tab,
          `document.querySelectorAll(".charts canvas").length`,
          (n) => n >= 2,
        );
        await check(tab);
      }
      {
        // Evaluated before anything was logged; what comes later has its place.
        const tables = await Promise.all(
          ["scores.csv", "metrics.csv"].map(async (name) => {
            const path = join(data, "runs", "other", name);
            return { path, text: await Deno.readTextFile(path) };
          }),
        );
        for (const { path, text } of tables) {
          await Deno.writeTextFile(path, `${text.split("\n")[0]}\n`);
        }
        await using tab = await open("/run/other");
        const begins = (title: string) =>
          until<string>(
            tab,
            textOf(".charts"),
            (text) => text.startsWith(title),
          );
        await begins("Evaluations");
        for (const { path, text } of tables.reverse()) {
          await Deno.writeTextFile(path, text);
        }
        await begins("Score of each game");
        await check(tab);
      }
      {
        // Sorted by keys; the heading that was pressed keeps the focus.
        await using tab = await open("/");
        const heading = "document.querySelector('th button')";
        await until<boolean>(tab, `${heading} !== null`, Boolean);
        await tab.evaluate(`${heading}.focus(), ${heading}.click()`);
        assertMatch(
          await tab.evaluate("document.activeElement.textContent"),
          /^Run [↓↑]$/,
        );
        await check(tab);
      }
      {
        // Reloaded twice: those pages' Chromes need not have closed by now.
        const address = new URL("/api/game?agent=pretrained/constant", url);
        address.protocol = "ws:";
        const leave = async (wanted: "open" | "message") => {
          const socket = new WebSocket(address);
          const event = await new Promise<Event>((resolve) => {
            socket.addEventListener(wanted, resolve, { once: true });
          });
          socket.close();
          await new Promise((resolve) => socket.onclose = resolve);
          return event;
        };
        await leave("open");
        await leave("open");
        const first = await leave("message") as MessageEvent;
        assertMatch(first.data, /"game"/);
      }
      {
        await using tab = await open("/play?agent=pretrained/constant&seed=7");
        const decision =
          `Number(/decision ([\\d,]+)/.exec(document.querySelector(".bar + .timeline + .bar")?.textContent ?? "")?.[1]?.replace(",", "") ?? -1)`;
        await until<number>(tab, decision, (n) => n > 10);
        await tab.evaluate(
          `document.dispatchEvent(new KeyboardEvent("keydown", { key: " " }))`,
        );
        await until<string>(
          tab,
          textOf(".bar button"),
          (text) => text === "Go on",
        );
        // What was on its way comes still.
        let same = 0;
        let paused = -1;
        await until<number>(tab, decision, (n) => {
          same = n === paused ? same + 1 : 0;
          paused = n;
          return same >= 5;
        });
        await tab.evaluate(click(".bar button:nth-child(2)"));
        await until<number>(tab, decision, (n) => n === paused + 1);
        assertEquals(
          await tab.evaluate(`document.querySelectorAll(".q .chosen").length`),
          3,
        );
        const dark = await tab.evaluate<number>(`(() => {
          const place = document.querySelector(".stage canvas");
          const { data } = place.getContext("2d").getImageData(0, 0, 552, 150);
          return data.filter((value, i) => i % 4 === 0 && value < 128).length;
        })()`);
        assertGreater(dark, 200);
        await check(tab);
      }
      {
        // A stored game: its end is known, and any moment of it can be reached.
        const stored = "runs/run/evaluations/step-300/best.json";
        await using tab = await open(`/play?agent=run&game=${stored}`);
        const most = await until<number>(
          tab,
          `Number(document.querySelector(".timeline").max)`,
          (n) => n > 0,
        );
        const { actions, score } = JSON.parse(
          await Deno.readTextFile(join(data, stored)),
        );
        assertEquals(most, actions.length);
        await tab.evaluate(`(() => {
          const line = document.querySelector(".timeline");
          line.value = "${most}";
          line.oninput();
        })()`);
        await until<string>(
          tab,
          textOf(".said"),
          (text) => text.startsWith(`${score} points`),
        );
        await check(tab);
      }
    });
  }));
