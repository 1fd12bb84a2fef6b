import { terminalWidth } from "../say.ts";
import { filled, wrapped } from "../text.ts";
import {
  type Command,
  type CommandEntry,
  HELP_OPTION,
  type Option,
  type Positional,
  VERSION_OPTION,
} from "./command.ts";

/** Lines longer than this are hard to read. */
const WIDEST = 100;
/** Columns of text beside which a left column of names may stand. */
const LEAST = 30;

/** Columns of a text, in this terminal. */
const widest = () => Math.min(terminalWidth(), WIDEST);

const paragraph = (text: string) => filled(text, widest()).join("\n");

/** A line of two columns. */
type Row = [name: string, text: string];

/** A command line as several; what is quoted stays in one. */
const commandLines = (text: string, width: number): string[] =>
  wrapped(text.match(/'[^']*'|"[^"]*"|\S+/g) ?? [], width)
    .map((words) => words.join(" "));

/**
 * Two columns, or the right one below the left where there is no room; there a
 * command line that is too long goes on in the next line, as a shell reads it.
 */
function columns(rows: Row[], width: number): string {
  const left = Math.max(...rows.map(([name]) => name.length));
  const beside = width - left - 4 >= LEAST;
  const indent = beside ? left + 4 : 6;
  return rows.flatMap(([name, text]) => {
    const [first = "", ...rest] = filled(text, width - indent);
    return [
      ...beside ? [`  ${name.padEnd(left)}  ${first}`] : [
        `  ${commandLines(name, width - 4).join(" \\\n    ")}`,
        " ".repeat(indent) + first,
      ],
      ...rest.map((line) => " ".repeat(indent) + line),
    ];
  }).join("\n");
}

function optionSyntax(name: string, option: Option): string {
  if (option.type === "boolean") return `--${name}`;
  const value = option.placeholder ?? option.choices?.join("|") ??
    (option.type === "string" ? "VALUE" : "N");
  return option.standalone === undefined
    ? `--${name} ${value}${option.repeatable ? "…" : ""}`
    : `--${name} [${value}]`;
}

const positionalSyntax = ({ name, required, repeatable }: Positional): string =>
  (required ? name : `[${name}]`) + (repeatable ? "…" : "");

/** The `--help` text of one command. */
export function commandHelp(
  { name, summary }: CommandEntry,
  command: Command,
): string {
  const { positionals = [], details, examples = [], exitCodes } = command;
  const options = { ...command.options, help: HELP_OPTION };
  const section = (title: string, rows: Row[]) =>
    rows.length > 0 ? [`${title}:\n${columns(rows, widest())}`] : [];
  return [
    paragraph(summary),
    paragraph(
      `Usage: deno task ${
        [name, ...positionals.map(positionalSyntax), "[options]"].join(" ")
      }`,
    ),
    ...details ? [paragraph(details)] : [],
    ...section(
      "Arguments",
      positionals.map(({ name, description }) => [name, description]),
    ),
    ...section(
      "Options",
      Object.entries({ ...options, version: VERSION_OPTION })
        .map(([name, option]) => [
          optionSyntax(name, option),
          option.description,
        ]),
    ),
    ...section(
      "Examples",
      examples.map((
        [args, what],
      ) => [`deno task ${name} ${args}`.trim(), what]),
    ),
    paragraph(
      "Exit codes: 0 done, 1 failed, 2 wrong use" +
        (exitCodes ? `, ${exitCodes}.` : "."),
    ),
  ].join("\n\n") + "\n";
}

/** The `--help` text of the program. */
export function programHelp(entries: readonly CommandEntry[]): string {
  const rows = entries.map(({ name, summary }): Row => [name, summary]);
  return [
    paragraph(
      "dino-dqn trains a deep Q-network to play Chrome's dinosaur game.",
    ),
    "Usage: deno task COMMAND [options]",
    `Commands:\n${columns(rows, widest())}`,
    paragraph("Options of a command: deno task COMMAND --help"),
  ].join("\n\n") + "\n";
}
