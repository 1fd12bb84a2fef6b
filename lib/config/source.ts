/** Where values come from: YAML files and `--set key=value`. */
import {
  basename,
  dirname,
  isAbsolute,
  join,
  relative,
  resolve,
} from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import { ConfigError, whyNotRead } from "../errors.ts";
import { ROOT } from "../files.ts";
import { nearestOf } from "../nearest.ts";
import type { KeyPath } from "./json_schema.ts";
import { isGroup, type Values, withKey } from "./values.ts";

/** The config that every other one extends, with a value for every key. */
export const DEFAULT_CONFIG = join(ROOT, "configs/default.yaml");

/** Larger files are not meant: what comes with the program has 10 kB. */
const MAX_BYTES = 1_000_000;

/** A kind of file that holds keys. */
export interface FileKind {
  /** What such a file is called. */
  noun: string;
  /** A line that it might hold. */
  example: string;
  /** What to do with one that is empty. */
  whenEmpty: string;
  /** The folder with those that come with the program. */
  folder: string;
}

const CONFIG_FILE: FileKind = {
  noun: "config",
  example: "seed: 1",
  whenEmpty: "name at least one key, or leave the file out",
  folder: dirname(DEFAULT_CONFIG),
};

/** One source of values: a file, or one `--set`. */
export interface Source {
  /** The values that it names; a tree of plain objects and arrays. */
  values: Values;
  /**
   * The place to name in an error about `path`, and how much of `path` this
   * source holds (0: nothing).
   * @param of whether the key or its value is wrong
   */
  locate(path: KeyPath, of: "key" | "value"): { place: string; depth: number };
}

/** A config file, with what it extends. */
export interface FileSource extends Source {
  /** Absolute path of the config that it extends, if it names one. */
  extends?: string;
}

/**
 * A source of values that a program gives.
 *
 * @param place what to call them in an error
 */
export function givenValues(values: Values, place: string): Source {
  return {
    values,
    locate: (path) => {
      let [at, depth]: [unknown, number] = [values, 0];
      while (depth < path.length && isGroup(at) && path[depth]! in at) {
        at = at[path[depth++]!];
      }
      return { place, depth };
    },
  };
}

/** A path as people want to read it: relative where that is shorter. */
export function displayPath(path: string): string {
  const near = relative(Deno.cwd(), path);
  return near === "" || near.startsWith("..") || isAbsolute(near) ? path : near;
}

/**
 * Reads one config file.
 *
 * @throws ConfigError if there is none, it is no text in UTF-8, or not YAML
 * that holds keys
 */
export async function readConfigFile(path: string): Promise<FileSource> {
  const { values: { extends: base, ...values }, locate } = await readYamlFile(
    path,
    CONFIG_FILE,
  );
  if (base === undefined) return { values, locate };
  if (typeof base !== "string" || base === "") {
    const { place } = locate(["extends"], "value");
    throw new ConfigError(
      `${place}: extends is ${
        JSON.stringify(base)
      }; it must be the path of another config, relative to this one`,
    );
  }
  return { values, locate, extends: resolve(dirname(path), base) };
}

/**
 * Reads one file that holds keys.
 *
 * @throws ConfigError as {@linkcode readConfigFile} does
 */
export async function readYamlFile(
  path: string,
  kind: FileKind,
): Promise<Source> {
  const name = displayPath(path);
  const text = decode(await readBytes(path, name, kind), name);
  const lines = new LineCounter();
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const document = parseYaml(text, name, lines, placeAt, kind.noun);
  if (document.contents === null) {
    throw new ConfigError(`${name}: the file is empty; ${kind.whenEmpty}`);
  }
  if (!isMap(document.contents)) {
    throw new ConfigError(
      `${placeAt(document.contents.range?.[0] ?? 0)}: found ${
        isSeq(document.contents) ? "a list" : "a single value"
      }; a ${kind.noun} holds keys, as in '${kind.example}'`,
    );
  }
  return {
    values: toValues(document, name),
    locate: (path, of) => {
      const { node, depth } = findNode(document, path, of);
      return { place: placeAt(node?.range?.[0] ?? 0), depth };
    },
  };
}

/**
 * Reads one `--set`: `learner.learningRate=1e-4`. The value is YAML, so lists
 * and groups may be given too: `exploration.actionProbabilities=[0.5, 0.5]`.
 *
 * @throws ConfigError if it is not of this form
 */
export function parseSet(argument: string): Source {
  const name = `--set ${argument}`;
  const equals = argument.indexOf("=");
  const keys = argument.slice(0, equals).split(".");
  if (equals < 1 || keys.includes("")) {
    throw new ConfigError(
      `${name}: write it as key=value, as in --set learner.learningRate=1e-4`,
    );
  }
  const document = parseYaml(
    argument.slice(equals + 1),
    name,
    new LineCounter(),
    () => name,
    CONFIG_FILE.noun,
  );
  return singleKey(keys, toValues(document, name), () => name);
}

/**
 * A source that names a single key.
 *
 * @param keys the key's path: `["learner", "learningRate"]`
 * @param placeOf the place to name when the key or its value is wrong
 */
export function singleKey(
  keys: readonly string[],
  value: unknown,
  placeOf: (of: "key" | "value") => string,
): Source {
  return {
    values: withKey(keys, value),
    locate: (path, of) => {
      const differs = keys.findIndex((key, i) => key !== path[i]);
      const depth = differs === -1 ? path.length : differs;
      return { place: placeOf(of), depth: Math.min(depth, path.length) };
    },
  };
}

async function readBytes(
  path: string,
  name: string,
  { noun, folder }: FileKind,
): Promise<Uint8Array> {
  try {
    const info = await Deno.stat(path);
    if (info.isDirectory) {
      throw new Error("it is a folder; name the .yaml file itself");
    }
    if (!info.isFile) throw new Error("it is not a regular file");
    if (info.size > MAX_BYTES) {
      throw new Error(
        `it has ${info.size} bytes; a ${noun} has at most ${MAX_BYTES}`,
      );
    }
    return await Deno.readFile(path);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ||
        cause instanceof Deno.errors.NotADirectory
      ? `there is no such file${suggest(path, folder)}`
      : whyNotRead(cause);
    throw new ConfigError(`${name}: cannot read this ${noun}: ${reason}`, {
      cause,
    });
  }
}

/** The program's own file whose name is near to one that is missing. */
function suggest(path: string, folder: string): string {
  const stem = (file: string) => basename(file).replace(/\.ya?ml$/i, "");
  const own = [...Deno.readDirSync(folder)]
    .map((entry) => entry.name)
    .filter((name) => name.endsWith(".yaml"));
  const nearest = nearestOf(stem(path), own, stem);
  return nearest ? `; did you mean ${displayPath(join(folder, nearest))}?` : "";
}

function decode(bytes: Uint8Array, name: string): string {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff);
  if (utf16 || bytes.includes(0)) {
    throw new ConfigError(
      `${name}: is ${
        utf16 ? "text in UTF-16" : "not text (it has zero bytes)"
      }; save it as UTF-8`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError(`${name}: is not text in UTF-8; save it as UTF-8`);
  }
}

function parseYaml(
  text: string,
  name: string,
  lineCounter: LineCounter,
  placeAt: (offset: number) => string,
  noun: string,
): Document.Parsed {
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter, prettyErrors: false });
  } catch (cause) {
    // Nesting deep enough to exhaust the parser's stack.
    throw new ConfigError(`${name}: cannot be read as YAML: ${cause}`, {
      cause,
    });
  }
  // Later errors mostly follow from the first one.
  const error = document.errors[0] ?? document.warnings[0];
  if (error) {
    throw new ConfigError(`${placeAt(error.pos[0])}: ${explain(error, noun)}`);
  }
  return document;
}

function explain(
  { code, message }: { code: string; message: string },
  noun: string,
): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "a tab indents this line; YAML wants spaces";
    case "DUPLICATE_KEY":
      return "this key stands twice in its group; keep one";
    case "MULTIPLE_DOCS":
      return `a second document begins here; a ${noun} is one`;
    default:
      return `not valid YAML: ${message}`;
  }
}

function toValues(document: Document, name: string): Values {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    // An alias without its anchor, or aliases that multiply without end.
    throw new ConfigError(
      `${name}: cannot follow its aliases: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** The deepest node along `path`, and how many of its keys were found. */
function findNode(document: Document, path: KeyPath, of: "key" | "value") {
  let node = document.contents as Node | null;
  let found = node;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    let next: { key: Node | null; value: Node | null } | undefined;
    if (isMap<Node, Node | null>(node)) {
      next = node.items.find((pair) =>
        isScalar(pair.key) && String(pair.key.value) === String(key)
      );
    } else if (isSeq<Node>(node) && typeof key === "number") {
      const item = node.items[key];
      next = item && { key: item, value: item };
    }
    if (!next) return { node: found, depth };
    node = next.value;
    const last = depth === path.length - 1;
    found = last && of === "key" ? next.key : next.value ?? next.key;
  }
  return { node: found, depth: path.length };
}
