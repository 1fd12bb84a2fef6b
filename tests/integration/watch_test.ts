/** `deno task watch`, as a stranger meets it. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { join } from "node:path";
import { withServer } from "./watch_server.ts";

const json = async (url: URL, path: string) =>
  await (await fetch(new URL(path, url))).json();

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

    // As a spreadsheet saves it, and as it is when it is no table of ours.
    await Deno.writeTextFile(table, "\uFEFF" + text);
    const marked = await json(url, path);
    assertEquals(marked.curves[0].step, first.curves[0].step);
    await Deno.writeTextFile(table, text.toUpperCase());
    assertMatch(
      (await json(url, path)).error,
      /scores\.csv has no column step/,
    );
    await Deno.writeTextFile(table, text);

    const many = Array.from(
      { length: 100_000 },
      (_, i) => line(i === 54_321 ? 9999 : 50),
    );
    await Deno.writeTextFile(table, many.join("\n") + "\n", { append: true });
    const long = await json(url, path);
    assertGreater(3001, scores(long).length);
    assertEquals(Math.max(...scores(long)), 9999);
  }));
