/** `deno task watch`, as a browser and as a stranger meet it. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { join } from "node:path";
import type { Tab } from "../../lib/browser/mod.ts";
import { ROOT } from "../../lib/files.ts";
import { inFolder } from "../folder.ts";
import { withPageChrome } from "./page_chrome.ts";

const FORMER = join(ROOT, "tests/data/3adf822");

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

/** The data of a former program, and the page's server on it. */
async function withServer(
  use: (at: { url: URL; data: string; run: string }) => Promise<void>,
  ...options: string[]
): Promise<void> {
  await inFolder(async (data) => {
    const copied = await new Deno.Command("cp", {
      args: ["-r", `${FORMER}/.`, data],
    }).output();
    assert(copied.success);
    await using server = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(ROOT, "main.ts"), "watch", "--no-open"]
        .concat("--port", "0", ...options),
      env: { DINO_DATA: data },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let said = "";
    for await (const bytes of server.stdout) {
      said += new TextDecoder().decode(bytes);
      if (said.includes("\n")) break;
    }
    await use({
      url: new URL(said.trim()),
      data,
      run: join(data, "runs", "run"),
    });
    server.kill("SIGINT");
    assertEquals((await server.status).code, 0);
  });
}

const json = async (url: URL, path: string) =>
  await (await fetch(new URL(path, url))).json();

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

Deno.test("The page's server answers this machine alone, from the data folder alone", () =>
  withServer(async ({ url, data, run }) => {
    const status = async (path: string, headers = {}) => {
      const response = await fetch(new URL(path, url), { headers });
      await response.body?.cancel();
      return response.status;
    };
    const overview = new URL("/api/overview", url).href;
    assertEquals(await status(overview), 200);
    assertEquals(await status(overview, { origin: "http://evil.test" }), 403);
    assertEquals(await status(overview, { origin: url.origin }), 200);
    // The name that was asked for; fetch sets none of another host.
    const named = await new Deno.Command("curl", {
      args: ["-s", "-o", "/dev/null", "-w", "%{http_code}"]
        .concat("-H", `Host: evil.test:${url.port}`, overview),
    }).output();
    assertEquals(new TextDecoder().decode(named.stdout), "403");

    await Deno.symlink("/etc", join(data, "elsewhere"));
    await Deno.writeTextFile(join(data, "..", "outside.csv"), "").catch(
      () => {},
    );
    for (
      const path of [
        "/files/elsewhere/hosts.csv",
        "/files/elsewhere/passwd",
        "/files/%2e%2e/outside.csv",
        "/files/..%2f..%2fetc%2fpasswd",
        "/files/runs/run/checkpoints",
        "/files/%ff",
        "/api/run/none",
        "/api/run/none/curves",
        "/assets/server.ts",
      ]
    ) assertEquals(await status(path), 404, path);
    for (const name of ["..", "%2e%2e%2fx", "a%00b"]) {
      assertNotEquals(await status(`/api/run/${name}/curves`), 200, name);
    }
    assertEquals(await status("/files/runs/run/scores.csv"), 200);
    assertEquals(await status("/api/game"), 426);
    // A file manager's copy has a name that no command gives.
    await Deno.symlink("run", join(data, "runs", "run (copy)"));
    assertEquals(await status("/api/run/run%20(copy)"), 200);

    const page = await fetch(url);
    await page.body?.cancel();
    const policy = page.headers.get("content-security-policy")!;
    assertMatch(policy, /default-src 'none'/);
    assert(!policy.includes("unsafe"));
    // A damaged table is told, and the server goes on.
    await Deno.writeTextFile(join(run, "metrics.csv"), "step,wall_s\n1,2,3\n");
    const { error } = await json(url, "/api/run/run/curves");
    assertMatch(error, /metrics\.csv, line 2/);
  }));

Deno.test("Another address needs the token that was printed", () =>
  withServer(
    async ({ url }) => {
      const at = new URL(url);
      const named = new URL(url);
      named.hostname = Deno.hostname();
      assertEquals(at.hostname, named.hostname);
      at.hostname = "127.0.0.1";
      const token = at.searchParams.get("token")!;
      assertEquals(token.length, 32);
      at.searchParams.delete("token");
      const without = await fetch(at);
      assertEquals([without.status, (await without.text()).length < 100], [
        401,
        true,
      ]);
      at.searchParams.set("token", token);
      const first = await fetch(at);
      await first.body?.cancel();
      const cookie = first.headers.get("set-cookie")!;
      assertMatch(cookie, /HttpOnly.*SameSite=Strict/);
      at.searchParams.delete("token");
      const later = await fetch(at, {
        headers: { cookie: cookie.split(";")[0]! },
      });
      await later.body?.cancel();
      assertEquals([first.status, later.status], [200, 200]);
    },
    "--host",
    "0.0.0.0",
  ));

Deno.test("Curves grow with their tables, and long ones keep their peaks", () =>
  withServer(async ({ url, run }) => {
    const path = "/api/run/run/curves";
    const first = await json(url, path);
    const scores = (news: typeof first) => news.curves[0].value as number[];
    const before = scores(first).length;
    assertEquals(first.more, false);

    const table = join(run, "scores.csv");
    const text = await Deno.readTextFile(table);
    const cells = text.trimEnd().split("\n").at(-1)!.split(",");
    const column = text.split("\n")[0]!.split(",").indexOf("score");
    const line = (score: number) => cells.with(column, `${score}`).join(",");
    await Deno.writeTextFile(table, line(77), { append: true });
    const half = await json(url, `${path}?after=${first.upTo}`);
    assertEquals([half.more, scores(half)], [true, []]);
    await Deno.writeTextFile(table, "\n" + line(78) + "\n", { append: true });
    const grown = await json(url, `${path}?after=${first.upTo}`);
    assertEquals([grown.more, scores(grown)], [true, [77, 78]]);

    // Cut, as a training that is resumed from its checkpoint does.
    await Deno.writeTextFile(table, text);
    const cut = await json(url, `${path}?after=${grown.upTo}`);
    assertEquals([cut.more, scores(cut).length], [false, before]);

    const many = Array.from(
      { length: 100_000 },
      (_, i) => line(i === 54_321 ? 9999 : 50),
    );
    await Deno.writeTextFile(table, many.join("\n") + "\n", { append: true });
    const long = await json(url, path);
    assertGreater(3001, scores(long).length);
    assertEquals(Math.max(...scores(long)), 9999);
  }));

Deno.test("In a browser: runs, curves as they grow, games at play, runs over each other", () =>
  withServer(async ({ url, data, run }) => {
    const config = join(run, "config.yaml");
    const hostile = "# <script>failures.push('it ran')</script>\n";
    await Deno.writeTextFile(config, hostile + await Deno.readTextFile(config));
    await new Deno.Command("cp", {
      args: ["-r", run, join(data, "runs", "other")],
    }).output();

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
