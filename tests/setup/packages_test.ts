import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import { choosePackages } from "../../lib/setup/mod.ts";

const STAND_INS = {
  "@own/package": { version: "1.0.0", exports: { ".": "package.ts" } },
};

/** A project of one `jsr:` package, in a folder of its own. */
async function project() {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/lib/compat`, { recursive: true });
  await Deno.writeTextFile(
    `${root}/lib/compat/packages.json`,
    JSON.stringify(STAND_INS),
  );
  await Deno.writeTextFile(
    `${root}/lib/compat/package.ts`,
    `export const from = "stand-in";`,
  );
  await Deno.writeTextFile(
    `${root}/deno.json`,
    JSON.stringify({
      links: ["./.npm-only/*"],
      imports: { "@own/package": "jsr:@own/package@^1.0.0" },
    }),
  );
  await Deno.writeTextFile(
    `${root}/main.ts`,
    `import { from } from "@own/package";\nconsole.log(from);`,
  );
  return {
    root,
    mode: async () =>
      (await Deno.readTextFile(`${root}/.npm-only/MODE`)).trim(),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** Makes Deno, started from here, use this registry and an empty cache. */
function useRegistry(url: string): Disposable {
  const cache = Deno.makeTempDirSync();
  const before = Deno.env.get("DENO_DIR");
  Deno.env.set("JSR_URL", url);
  Deno.env.set("DENO_DIR", cache);
  return {
    [Symbol.dispose]() {
      Deno.env.delete("JSR_URL");
      if (before === undefined) Deno.env.delete("DENO_DIR");
      else Deno.env.set("DENO_DIR", before);
      Deno.removeSync(cache, { recursive: true });
    },
  };
}

/** A registry on this machine that holds the one package. */
async function serveRegistry() {
  const source = `export const from = "registry";`;
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(source),
  );
  const files: Record<string, string> = {
    "/@own/package/meta.json": JSON.stringify({
      scope: "own",
      name: "package",
      versions: { "1.0.0": {} },
    }),
    "/@own/package/1.0.0_meta.json": JSON.stringify({
      manifest: {
        "/mod.ts": {
          size: source.length,
          checksum: `sha256-${new Uint8Array(digest).toHex()}`,
        },
      },
      exports: { ".": "./mod.ts" },
    }),
    "/@own/package/1.0.0/mod.ts": source,
  };
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (r) => {
    const body = files[new URL(r.url).pathname];
    return new Response(body ?? null, { status: body ? 200 : 404 });
  });
}

async function runProject(root: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "main.ts"],
    cwd: root,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("choosePackages takes the registry when it answers, and remembers it", async () => {
  await using p = await project();
  await using server = await serveRegistry();
  using _registry = useRegistry(`http://127.0.0.1:${server.addr.port}/`);
  const choose = (wanted?: string) => choosePackages({ root: p.root, wanted });
  assertEquals(await choose(), { mode: "jsr", isNew: true });
  assertEquals(await runProject(p.root), "registry");
  assertEquals(await choose(), { mode: "jsr", isNew: false });
  assertEquals(await choose("npm"), { mode: "npm", isNew: true });
  assertEquals(await runProject(p.root), "stand-in");
  assertEquals(await choose(""), { mode: "npm", isNew: false });
  assertEquals(await choose("jsr"), { mode: "jsr", isNew: true });
  assertEquals(await runProject(p.root), "registry");
});

Deno.test("choosePackages does without a registry that never answers", async () => {
  await using p = await project();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  {
    using _registry = useRegistry(`http://127.0.0.1:${listener.addr.port}/`);
    assertEquals(
      await choosePackages({ root: p.root, wanted: undefined, timeout: 1000 }),
      { mode: "npm", isNew: true },
    );
  }
  assertEquals(connections.length > 0, true);
  assertEquals([await p.mode(), await runProject(p.root)], ["npm", "stand-in"]);
  listener.close();
  await accepting;
  for (const connection of connections) connection.close();
});

Deno.test("choosePackages mends what an interrupted or older choice left", async () => {
  await using p = await project();
  await Deno.mkdir(`${p.root}/.npm-only/own__package`, { recursive: true });
  await Deno.writeTextFile(`${p.root}/.npm-only/MODE`, "np");
  const choice = await choosePackages({ root: p.root, wanted: "npm" });
  assertEquals([choice.isNew, await runProject(p.root)], [true, "stand-in"]);
});

Deno.test("choosePackages refuses a DINO_DEPS that it does not know", async () => {
  await using p = await project();
  await assertRejects(
    () => choosePackages({ root: p.root, wanted: "yarn" }),
    UsageError,
    "DINO_DEPS is yarn: it must be jsr or npm",
  );
});
