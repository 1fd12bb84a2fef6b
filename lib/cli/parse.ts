import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../errors.ts";
import { beyondWhole } from "../text.ts";
import {
  type Arguments,
  type Command,
  HELP_OPTION,
  type Option,
} from "./command.ts";
import { nearest } from "./nearest.ts";

/** Reads one value as its option's type. */
function convert(name: string, option: Option, text: string) {
  const given = `--${name} ${text}`;
  if (text === "" && option.standalone !== undefined) return option.standalone;
  if (text === "") throw new UsageError(`--${name} needs a value`);
  if (option.type === "string") {
    if (option.choices && !option.choices.includes(text)) {
      throw new UsageError(given + nearest(text, option.choices));
    }
    return text;
  }
  const value = Number(text);
  const { minimum = -Infinity } = option;
  const whole = option.type === "integer";
  if (
    text.trim() === "" || !Number.isFinite(value) || value < minimum ||
    (whole && !Number.isSafeInteger(value))
  ) {
    const kind = whole ? "a whole number" : "a number";
    const range = option.minimum === undefined
      ? ""
      : ` of at least ${option.minimum}` + (whole ? beyondWhole(value) : "");
    throw new UsageError(`${given}: it must be ${kind}${range}`);
  }
  return value;
}

/** Option names, taken apart by whether a value follows. */
function namesByKind(options: Record<string, Option>) {
  const names = Object.keys(options);
  const isFlag = (name: string) => options[name]!.type === "boolean";
  return {
    flags: names.filter(isFlag),
    valued: names.filter((name) => !isFlag(name)),
  };
}

/** `--steps -5` as `--steps=-5`: a number, not an option called 5. */
function negatives(args: readonly string[], valued: readonly string[]) {
  return args.flatMap((arg, i) => {
    const follows = (at: number) =>
      /^-[\d.]/.test(args[at] ?? "") &&
      valued.some((name) => args[at - 1] === `--${name}`);
    if (follows(i)) return [];
    return follows(i + 1) ? [`${arg}=${args[i + 1]}`] : [arg];
  });
}

/** What may be an option: after `--` all is positional. */
const beforeDashes = (args: readonly string[]) =>
  args.slice(0, [...args, "--"].indexOf("--"));

/** @throws UsageError for `--run ""`, as of a shell's variable that is not set */
function checkValues(args: readonly string[], valued: readonly string[]): void {
  const given = beforeDashes(args);
  const empty = valued.find((name) =>
    given.some((arg, i) =>
      arg === `--${name}=` || arg === `--${name}` && given[i + 1] === ""
    )
  );
  if (empty !== undefined) throw new UsageError(`--${empty} needs a value`);
}

/** @throws UsageError for `--json=no`: neither of the two is meant for sure */
function checkFlags(args: readonly string[], flags: readonly string[]): void {
  for (const arg of beforeDashes(args)) {
    const [, name = "", value] = /^--([^=]+)=(.*)$/s.exec(arg) ?? [];
    if (!flags.includes(name) || /^(true|false)$/.test(value!)) continue;
    throw new UsageError(
      `${arg}: --${name} takes no value; give it, or do not`,
    );
  }
}

/**
 * Parses a command's arguments.
 *
 * @param name the command's, for the messages
 * @returns the arguments, or "help" when `--help` or `-h` is among them
 * @throws UsageError on anything that the command does not declare
 */
export function parseCommandLine(
  name: string,
  command: Command,
  args: string[],
): Arguments | "help" {
  const options: Record<string, Option> = {
    ...command.options,
    help: HELP_OPTION,
  };
  const { flags, valued } = namesByKind(options);
  const help = `See: deno task ${name} --help`;
  checkFlags(args, flags);
  checkValues(args, valued);
  const unknown: string[] = [];
  const parsed: Record<string, unknown> = parseArgs(negatives(args, valued), {
    boolean: flags,
    // Everything stays text until `convert` has looked at it, positionals too.
    string: [...valued, "_"],
    collect: valued,
    alias: { help: "h" },
    unknown: (arg: string, key?: string) => {
      if (key === undefined) return true;
      unknown.push(arg);
      return false;
    },
  });
  if (parsed.help) return "help";
  if (unknown.length > 0) {
    const given = unknown[0]!.split("=")[0]!;
    const known = [
      ...Object.keys(options).map((option) => `--${option}`),
      ...(command.positionals ?? []).map(({ name }) => name),
    ];
    const said = `${name}: unknown option ${given}${nearest(given, known)}`;
    throw new UsageError(`${said}${said.endsWith("?") ? "" : "."} ${help}`);
  }

  const positionals = (parsed._ as unknown[]).map(String);
  const declared = command.positionals ?? [];
  if (positionals.length > declared.length && !declared.at(-1)?.repeatable) {
    const given = positionals[declared.length];
    const config = "config" in options ? "; a config is --config FILE" : "";
    const run = "resume" in options ? ", a run to go on with --resume RUN" : "";
    throw new UsageError(
      `${name}: unexpected argument "${given}"${config}${run}. ${help}`,
    );
  }
  const absent = declared[positionals.length];
  if (absent?.required) {
    throw new UsageError(`${name}: ${absent.name} is missing. ${help}`);
  }

  const values: Record<string, unknown> = {};
  for (const flag of flags) values[flag] = parsed[flag] === true;
  for (const option of valued) {
    const declaration = options[option]!;
    const given = (parsed[option] as string[]).map((text) =>
      convert(option, declaration, text)
    );
    if (given.length > 1 && !declaration.repeatable) {
      throw new UsageError(`--${option} was given ${given.length} times`);
    }
    values[option] = declaration.repeatable ? given : given[0];
  }
  return { positionals, options: values };
}
