import {
  type Command,
  type CommandEntry,
  HELP_OPTION,
  type Option,
} from "./command.ts";

/** Two columns, the left one as wide as its longest entry. */
function columns(rows: [string, string][]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
    .join("\n");
}

function optionSyntax(name: string, option: Option): string {
  if (option.type === "boolean") return `--${name}`;
  const value = option.placeholder ?? option.choices?.join("|") ?? option.type;
  return option.standalone === undefined
    ? `--${name} <${value}>${option.repeatable ? " ..." : ""}`
    : `--${name} [<${value}>]`;
}

/** The `--help` text of one command. */
export function commandHelp(entry: CommandEntry, command: Command): string {
  const positionals = command.positionals ?? [];
  const usage = [
    "deno task",
    entry.name,
    ...positionals.map(({ name, required, repeatable }) =>
      (required ? name : `[${name}]`) + (repeatable ? "…" : "")
    ),
    "[options]",
  ].join(" ");
  const options = Object.entries({ ...command.options, help: HELP_OPTION });
  return [
    entry.summary,
    `Usage: ${usage}`,
    ...(command.details ? [command.details] : []),
    ...(positionals.length > 0
      ? [
        "Arguments:\n" +
        columns(positionals.map(({ name, description }) => [
          name,
          description,
        ])),
      ]
      : []),
    "Options:\n" +
    columns(options.map(([name, option]) => [
      optionSyntax(name, option),
      option.description,
    ])),
  ].join("\n\n") + "\n";
}

/** The `--help` text of the program. */
export function programHelp(entries: readonly CommandEntry[]): string {
  return [
    "dino-dqn trains a deep Q-network to play Chrome's dinosaur game.",
    "Usage: deno task COMMAND [options]",
    "Commands:\n" +
    columns(entries.map(({ name, summary }) => [name, summary])),
    "Options of a command: deno task COMMAND --help",
  ].join("\n\n") + "\n";
}
