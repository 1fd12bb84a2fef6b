import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { portableModel } from "../../lib/agent/mod.ts";
import type { Tab } from "../../lib/browser/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { animate } from "../../lib/drawing/mod.ts";
import { exportFiles } from "../../lib/export/mod.ts";
import { replaceFolder } from "../../lib/system/mod.ts";
import { reportFiles } from "../../lib/report/mod.ts";
import { inFolder } from "../folder.ts";
import { untrainedAgent } from "../untrained.ts";
import { exampleReport } from "../examples.ts";
import { withPageChrome } from "./page_chrome.ts";

const config = await loadConfig();

/** Collects what goes wrong in a page, before its own scripts run. */
const WATCH = `
  globalThis.failures = [];
  const { error } = console;
  console.error = (...words) => { failures.push(words.join(" ")); error(...words); };
  addEventListener("error", (event) => failures.push(String(event.message ?? event.target)), true);
  addEventListener("unhandledrejection", (event) => failures.push(String(event.reason)));
`;

const failures = (tab: Tab) => tab.evaluate<string[]>("failures");

Deno.test("The report opens from disk: no error, no request, nothing wider than a phone", () =>
  inFolder(async (folder) => {
    const picture = new Uint8Array(552 * 150).fill(200);
    const webp = await animate([{ picture }, { picture }], {
      width: 552,
      height: 150,
      frameMs: 67,
    });
    const game = { ...config.game };
    const files = await reportFiles({
      title: "example",
      subtitle: "",
      evaluation: exampleReport(),
      recordings: [{
        role: "best",
        webp,
        game: {
          ...{ seed: 1, score: 40, frames: 267, end: "crash", cap: 1000 },
          game,
          actions: "0",
        },
      }],
    });
    assertLess(files["index.html"]!.length, 5_000_000);
    await replaceFolder(join(folder, "report"), files);
    const url = pathToFileURL(join(folder, "report", "index.html")).href;

    await withPageChrome(async (chrome) => {
      for (const width of [1200, 360]) {
        await using tab = await chrome.newTab({
          width,
          height: 800,
          script: WATCH,
        });
        await tab.goto(url);
        assertEquals(await failures(tab), []);
        const requests = await tab.evaluate(
          `performance.getEntriesByType("resource").map(({ name }) => name)`,
        );
        assertEquals(requests, []);
        const page = await tab.evaluate<{ width: number; images: number[] }>(`({
        width: document.documentElement.scrollWidth,
        images: [...document.images].map((image) => image.naturalWidth),
      })`);
        assertEquals(page, { width, images: [552] });
        // Every chart is drawn, and none is squeezed to nothing.
        const charts = await tab.evaluate<number[]>(
          `[...document.querySelectorAll("svg[role=img]")].map((svg) => svg.getBoundingClientRect().height)`,
        );
        assertEquals(charts.length, 4);
        for (const height of charts) assertGreater(height, 150);
      }
    });
  }));

/** Policies as sites have them. */
const POLICIES: Record<string, string> = {
  strict: "default-src 'self'; object-src 'none'; base-uri 'none'",
  scripts: "script-src 'self' 'unsafe-inline'",
};

Deno.test("The exported page opens from disk, alone, and under strict policies, and chooses what was chosen", () =>
  inFolder(async (folder) => {
    const { agent, network, initial } = await untrainedAgent(
      join(folder, "source"),
    );
    const files = await exportFiles(agent, { example: true });
    const portable = portableModel(network, initial);
    assertEquals(files["model.json"], portable.model);
    assertEquals(files["weights.bin"], portable.weights);
    const page = files["example.html"] as string;
    await Deno.writeTextFile(join(folder, "alone.html"), page);

    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => {
        const [, policy, name] = new URL(request.url).pathname.split("/");
        const file = files[name ?? ""];
        if (file === undefined) return new Response(null, { status: 404 });
        const type = name!.endsWith(".js") ? "text/javascript" : "text/html";
        return new Response(file as BodyInit, {
          headers: {
            "content-type": `${type}; charset=utf-8`,
            ...(policy! in POLICIES &&
              { "content-security-policy": POLICIES[policy!]! }),
          },
        });
      },
    );
    const { actions } = JSON.parse(files["frames.json"] as string);
    assertGreater(actions.length, 40);
    await withPageChrome(async (chrome) => {
      for (
        const url of [
          pathToFileURL(join(folder, "alone.html")).href,
          ...["none", ...Object.keys(POLICIES)].map((policy) =>
            `http://127.0.0.1:${server.addr.port}/${policy}/example.html`
          ),
        ]
      ) {
        await using tab = await chrome.newTab({
          ...{ width: 390, height: 800, script: WATCH },
        });
        await tab.goto(url);
        const text = await tab.evaluate<string>(`new Promise((resolve) => {
          const look = () => {
            const text = document.querySelector("#same").textContent;
            const [, same, of] = /(\\d+) of (\\d+)/.exec(text) ?? [];
            if (of >= 20 || /Error/.test(document.querySelector("#text").textContent)) resolve(text);
            else setTimeout(look, 50);
          };
          look();
        })`);
        const [, same, of] = /(\d+) of (\d+)/.exec(text) ?? [];
        assertGreater(Number(same), 0.95 * Number(of), `${url}: ${text}`);
        assertEquals(
          await tab.evaluate("document.documentElement.scrollWidth"),
          390,
        );
        // Alone it asks for its second script in vain, which it does without.
        const wrong = (await failures(tab))
          .filter((failure) => !failure.includes("HTMLScriptElement"));
        assertEquals(wrong, []);
      }
    });
  }));
