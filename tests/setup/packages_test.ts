import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DinoDqnError, UsageError } from "../../lib/errors.ts";
import { chooseVersions, ensurePackages } from "../../lib/setup/mod.ts";
import { setVariables } from "../variables.ts";

const STAND_INS = {
  "@own/package": {
    version: "1.0.0",
    exports: { ".": "package.ts", "./part": "package.ts" },
  },
};

/** The committed lock of a project with these imports. */
const lock = (imports: string[], npm: Record<string, unknown> = {}) => ({
  version: "5",
  specifiers: Object.fromEntries(
    Object.keys(npm).map((name) => [`npm:${name}`, name.split("@").at(-1)]),
  ),
  npm,
  workspace: {
    dependencies: [...imports].sort(),
    links: { "jsr:@own/package@1.0.0": {} },
  },
});

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
      nodeModulesDir: "manual",
      lock: { path: "./.npm-only/deno.lock", frozen: true },
      links: ["./.npm-only/*"],
      imports: { "@own/package": "jsr:@own/package@1.0.0" },
    }),
  );
  await Deno.writeTextFile(
    `${root}/deno.npm.lock`,
    JSON.stringify(lock(["jsr:@own/package@1.0.0"])),
  );
  await Deno.writeTextFile(
    `${root}/main.ts`,
    `import "@own/package";
    import { from } from "@own/package/part";
    console.log(from);`,
  );
  await Deno.mkdir(`${root}/node_modules`);
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
  const set = { JSR_URL: url, NPM_CONFIG_REGISTRY: url, DENO_DIR: cache };
  const variables = setVariables(set);
  return {
    [Symbol.dispose]() {
      variables[Symbol.dispose]();
      Deno.removeSync(cache, { recursive: true });
    },
  };
}

/** A registry on this machine that holds the one package. */
async function serveRegistry(source = `export const from = "registry";`) {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(source),
  );
  const file = {
    size: source.length,
    checksum: `sha256-${new Uint8Array(digest).toHex()}`,
  };
  const files: Record<string, string> = {
    "/@own/package/meta.json": JSON.stringify({
      scope: "own",
      name: "package",
      versions: { "1.0.0": {} },
    }),
    "/@own/package/1.0.0_meta.json": JSON.stringify({
      manifest: {
        "/mod.ts": file,
        "/part.ts": file,
      },
      exports: { ".": "./mod.ts", "./part": "./part.ts" },
    }),
    "/@own/package/1.0.0/mod.ts": source,
    "/@own/package/1.0.0/part.ts": source,
  };
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (r) => {
    const body = files[new URL(r.url).pathname];
    return new Response(body ?? null, { status: body ? 200 : 404 });
  });
}

async function runProject(root: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "main.ts"],
    cwd: root,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("ensurePackages takes the registry when it answers, and needs it no more", async () => {
  await using p = await project();
  const server = await serveRegistry();
  using _registry = useRegistry(`http://127.0.0.1:${server.addr.port}/`);
  const choose = async (wanted?: string) => {
    await ensurePackages({ root: p.root, wanted });
    return [await p.mode(), await runProject(p.root)];
  };
  assertEquals(await choose(), ["jsr", "registry"]);
  await server.shutdown();
  assertEquals(await choose(), ["jsr", "registry"]);
  assertEquals(await choose("npm"), ["npm", "stand-in"]);
  assertEquals(await choose(""), ["npm", "stand-in"]);
  assertEquals(await choose("jsr"), ["jsr", "registry"]);
});

Deno.test("ensurePackages looks for packages that were loaded, and are in Deno's cache no more", async () => {
  await using p = await project();
  {
    await using server = await serveRegistry();
    using _registry = useRegistry(`http://127.0.0.1:${server.addr.port}/`);
    await ensurePackages({ root: p.root, wanted: undefined });
    await ensurePackages({ root: p.root, wanted: undefined, look: true });
  }
  using _registry = useRegistry("http://127.0.0.1:9/");
  for (
    const [wanted, said] of [
      [undefined, "The packages came from jsr:, but the packages' registry"],
      ["jsr", "DINO_DEPS is jsr, but the packages' registry cannot be used ("],
    ]
  ) {
    await assertRejects(
      () => ensurePackages({ root: p.root, wanted, look: true }),
      DinoDqnError,
      said,
    );
  }
  await ensurePackages({ root: p.root, wanted: "npm", look: true });
  assertEquals([await p.mode(), await runProject(p.root)], ["npm", "stand-in"]);
});

Deno.test("the packages that were loaded first are held to", async () => {
  await using p = await project();
  {
    await using server = await serveRegistry();
    using _registry = useRegistry(`http://127.0.0.1:${server.addr.port}/`);
    await ensurePackages({ root: p.root, wanted: "jsr" });
    assertEquals(await runProject(p.root), "registry");
  }
  await using server = await serveRegistry(`export const from = "elsewhere";`);
  using _registry = useRegistry(`http://127.0.0.1:${server.addr.port}/`);
  await ensurePackages({ root: p.root, wanted: "jsr" });
  assertEquals(await runProject(p.root), "");
});

Deno.test("a committed deno.jsr.lock is gone by, and another package than its is refused", async () => {
  await using p = await project();
  const install = async (source?: string) => {
    await using server = await serveRegistry(source);
    using _registry = useRegistry(`http://127.0.0.1:${server.addr.port}/`);
    await Deno.remove(`${p.root}/.npm-only`, { recursive: true })
      .catch(() => {});
    await ensurePackages({ root: p.root, wanted: "jsr" });
    await Deno.writeTextFile(
      `${p.root}/deno.jsr.lock`,
      await chooseVersions(p.root, null),
    );
    return await runProject(p.root);
  };
  assertEquals(await install(), "registry");
  const lock = await Deno.readTextFile(`${p.root}/deno.jsr.lock`);
  assertMatch(lock, /"@own\/package@1\.0\.0":\s*\{\s*"integrity"/);
  assertEquals(await install(), "registry");
  const { message } = await assertRejects(
    () => install(`export const from = "elsewhere";`),
    DinoDqnError,
    "The packages of deno.jsr.lock could not be installed: ",
  );
  assertMatch(message, /@own\/package/);
  assertEquals(message.includes("\n"), false);
});

/** A registry that gives this for the package own-data, whatever it is asked. */
async function serveNpm(text: string) {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/package`);
  const manifest = { name: "own-data", version: "1.0.0", main: "index.json" };
  await Deno.writeTextFile(
    `${folder}/package/package.json`,
    JSON.stringify(manifest),
  );
  await Deno.writeTextFile(`${folder}/package/index.json`, text);
  const { stdout } = await new Deno.Command("tar", {
    args: ["cz", "-C", folder, "package"],
  }).output();
  await Deno.remove(folder, { recursive: true });
  const digest = await crypto.subtle.digest("SHA-512", stdout);
  const integrity = `sha512-${new Uint8Array(digest).toBase64()}`;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url }) => {
      if (url.endsWith(".tgz")) return new Response(stdout);
      const dist = {
        tarball: new URL("own-data/-/own-data-1.0.0.tgz", url).href,
        integrity,
      };
      return Response.json({
        name: "own-data",
        "dist-tags": { latest: "1.0.0" },
        versions: { "1.0.0": { ...manifest, dist } },
      });
    },
  );
  return { server, integrity };
}

Deno.test("ensurePackages installs what the lock says, and refuses all else", async () => {
  await using p = await project();
  const imports = {
    "@own/package": "jsr:@own/package@1.0.0",
    "own-data": "npm:own-data@1.0.0",
  };
  const config = JSON.parse(await Deno.readTextFile(`${p.root}/deno.json`));
  await Deno.writeTextFile(
    `${p.root}/deno.json`,
    JSON.stringify({ ...config, imports }),
  );
  const install = async (text: string) => {
    const { server, integrity } = await serveNpm(text);
    await using _server = server;
    using _registry = useRegistry(`http://127.0.0.1:${server.addr.port}/`);
    if (text === "1") {
      await Deno.writeTextFile(
        `${p.root}/deno.npm.lock`,
        JSON.stringify(
          lock(Object.values(imports), { "own-data@1.0.0": { integrity } }),
        ),
      );
    }
    await ensurePackages({ root: p.root, wanted: "npm" });
    return await Deno.readTextFile(
      `${p.root}/node_modules/own-data/index.json`,
    );
  };
  const refused = (text: string, message: string) =>
    assertRejects(() => install(text), DinoDqnError, message);
  await refused("2", "deno.json names other packages than deno.npm.lock; run:");
  assertEquals(await install("1"), "1");
  assertEquals(await install("2"), "1");
  await Deno.remove(`${p.root}/node_modules`, { recursive: true });
  const { message } = await refused(
    "2",
    "The packages of deno.npm.lock could not be installed: Failed caching",
  );
  assertMatch(message, /own-data@1\.0\.0.*checksum|checksum.*own-data/i);
  assertEquals(message.includes("\n"), false);
});

Deno.test("ensurePackages refuses a registry that was asked for and cannot be reached", async () => {
  await using p = await project();
  using _registry = useRegistry("http://127.0.0.1:9/");
  await assertRejects(
    () => ensurePackages({ root: p.root, wanted: "jsr" }),
    DinoDqnError,
    "DINO_DEPS is jsr, but the packages' registry cannot be used (",
  );
  await ensurePackages({ root: p.root, wanted: "" });
  assertEquals(await p.mode(), "npm");
});

Deno.test("ensurePackages does without a registry that never answers", async () => {
  await using p = await project();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  {
    using _registry = useRegistry(`http://127.0.0.1:${listener.addr.port}/`);
    await ensurePackages({ root: p.root, wanted: undefined, timeout: 1000 });
  }
  assertEquals(connections.length > 0, true);
  assertEquals([await p.mode(), await runProject(p.root)], ["npm", "stand-in"]);
  listener.close();
  await accepting;
  for (const connection of connections) connection.close();
});

Deno.test("ensurePackages mends what an interrupted or older choice left", async () => {
  await using p = await project();
  await Deno.mkdir(`${p.root}/.npm-only/own__package`, { recursive: true });
  await Deno.writeTextFile(`${p.root}/.npm-only/MODE`, "np");
  await ensurePackages({ root: p.root, wanted: "npm" });
  assertEquals(await runProject(p.root), "stand-in");
});

Deno.test("ensurePackages refuses a DINO_DEPS that it does not know", async () => {
  await using p = await project();
  await assertRejects(
    () => ensurePackages({ root: p.root, wanted: "yarn" }),
    UsageError,
    "DINO_DEPS is yarn: it must be jsr or npm",
  );
});
