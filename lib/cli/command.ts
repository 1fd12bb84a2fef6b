/** How a command of the program is declared: once, as data. */
import { UsageError } from "../errors.ts";

/** One option, `--name value` or, when boolean, `--name`. */
export interface Option {
  type: "string" | "integer" | "number" | "boolean";
  /** The sentence that `--help` shows. */
  description: string;
  /** What stands for the value in `--help`; by default N, or VALUE. */
  placeholder?: string;
  /** The value, when the option is given without one. */
  standalone?: string;
  /** May be given many times; the values become an array. */
  repeatable?: boolean;
  /** Smallest number allowed. */
  minimum?: number;
  /** The only strings allowed. */
  choices?: readonly string[];
}

/** An argument without a name. */
export interface Positional {
  name: string;
  description: string;
  required?: boolean;
  /** May be given many times; for the last one only. */
  repeatable?: boolean;
}

/** A command's options, by name. */
export type Options = Readonly<Record<string, Option>>;

type Scalar<O extends Option> = O["type"] extends "boolean" ? boolean
  : O["type"] extends "string"
    ? O extends { choices: readonly (infer Choice)[] } ? Choice : string
  : number;

type Value<O extends Option> = O extends { repeatable: true } ? Scalar<O>[]
  : O["type"] extends "boolean" ? boolean
  : Scalar<O> | undefined;

/** A command line that was parsed and checked. */
export interface Arguments<Values = Record<string, unknown>> {
  positionals: string[];
  /**
   * By the options' names. An option that was not given is undefined, an empty
   * array when repeatable, false when boolean.
   */
  options: Values;
}

/** What `deno task NAME` does. Each file in tasks/ exports one as `command`. */
export interface Command<Values = Record<string, unknown>> {
  /** What `--help` says after the usage line; absent: the summary alone. */
  details?: string;
  positionals?: readonly Positional[];
  options: Options;
  /** Command lines that serve as models: the arguments, and what they do. */
  examples?: readonly (readonly [args: string, what: string])[];
  /** Exit codes that not every command has: "130 interrupted, saved". */
  exitCodes?: string;
  /**
   * Does the work.
   *
   * @returns the exit code: 0 done, 1 failed, 3 no better result was found,
   * 130 interrupted after saving
   * @throws DinoDqnError for what can be explained in one message
   */
  run(args: Arguments<Values>): Promise<number>;
}

/** A command in the program's list; its code is loaded when it is called. */
export interface CommandEntry {
  name: string;
  /** One line for the overall `--help`. */
  summary: string;
  load: () => Promise<{ command: Command }>;
}

/** Declares a command, so that `run` knows its options' types. */
export function defineCommand<const O extends Options>(
  command: Command<{ [Name in keyof O]: Value<O[Name]> }> & { options: O },
): Command {
  return command as Command;
}

/** An option that every command has. */
export const HELP_OPTION = {
  type: "boolean",
  description: "Shows this help.",
} as const satisfies Option;

/** The other one. */
export const VERSION_OPTION = {
  type: "boolean",
  description: "Shows the program's version.",
} as const satisfies Option;

/** The option of every command that can answer as one JSON document. */
export const JSON_OPTION = {
  type: "boolean",
  description: "One JSON document on stdout, everything else on stderr.",
} as const satisfies Option;

/** The options of every command that works by a config. */
export const CONFIG_OPTIONS = {
  config: {
    type: "string",
    placeholder: "FILE",
    description: "Config file (default: configs/default.yaml).",
  },
  set: {
    type: "string",
    repeatable: true,
    placeholder: "KEY=VALUE",
    description: "Sets one key of the config: learner.learningRate=1e-4.",
  },
} as const satisfies Options;

/** The option of every command that works with other machines. */
export const NATS_OPTION = {
  type: "string",
  placeholder: "URL",
  description: "NATS server of the workers: nats://127.0.0.1:4222, " +
    "tls://nats.example.org.",
} as const satisfies Option;

/** The options of every command that workers may do the work of. */
export const ELSEWHERE_OPTIONS = {
  nats: NATS_OPTION,
  detach: {
    type: "boolean",
    description: "With --nats: leaves it to the workers once it is queued.",
  },
  mixed: {
    type: "boolean",
    description: "With --nats: by workers that compute other bits as well.",
  },
} as const satisfies Options;

/** @throws UsageError when one of these options is given without `--nats` */
export function requireNats<Name extends string>(
  options: { nats: string | undefined } & Record<Name, unknown>,
  names: readonly Name[],
): void {
  const given = names.find((name) => options[name]);
  if (given === undefined || options.nats !== undefined) return;
  throw new UsageError(`--${given} goes with --nats URL`);
}

/** `--set` of the commands that use an agent, whose config brings the rest. */
export const AGENT_SET_OPTION = {
  ...CONFIG_OPTIONS.set,
  description: "Sets one key of the agent's config: learner.device=cpu.",
} as const;

/** `--set` of each key whose option was given, which is a shorter word for it. */
export function settings(
  values: Record<string, number | undefined>,
): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`]
  );
}

/** How an agent is named, for the description of an argument. */
export const AGENT_NAMES =
  "A run (its best checkpoint), or RUN@best, RUN@last, RUN@step-5000, or all " +
  "of them together: RUN@all; " +
  "champion, pretrained, pretrained/constant, pretrained/accelerating, " +
  "pretrained/distilled; the folder of a checkpoint or of an exported agent; " +
  "several, with commas between: the mean of their Q-values decides.";
