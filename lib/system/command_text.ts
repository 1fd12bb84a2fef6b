/**
 * A command of this program as it is typed in a shell.
 *
 * @param args the command's name and its arguments
 */
export function commandText(args: readonly string[]): string {
  const words = args.map((word) =>
    /^[\w./=:,+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
  );
  return ["deno", "task", ...words].join(" ");
}
