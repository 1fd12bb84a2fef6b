/**
 * The errors a caller may want to tell apart. Every message says what was
 * tried, what was found and what to do; main.ts prints it without a stack
 * trace and ends with the error's exit code.
 */

/** An error that the program foresaw and can explain. */
export class DinoDqnError extends Error {
  /** The process's exit code when this error ends it: 1 failed, 2 wrong use. */
  readonly exitCode: number = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = this.constructor.name;
  }
}

/** Wrong use: an unknown option, a value out of range, a missing file. */
export class UsageError extends DinoDqnError {
  override readonly exitCode = 2;
}

/** A config file, or a `--set`, that cannot be used. */
export class ConfigError extends UsageError {}

/** No Chrome with the dino page was found, or none could be started. */
export class ChromeNotFoundError extends DinoDqnError {}

/** Chrome, its renderer or the connection to it died, or stopped answering. */
export class ChromeCrashedError extends DinoDqnError {}

/** The page at chrome://dino is not one this program knows how to play. */
export class DinoPageError extends DinoDqnError {}

/** The native TensorFlow libraries were not found, or could not be loaded. */
export class TensorFlowNotFoundError extends DinoDqnError {}

/** A checkpoint is missing, damaged, or does not fit the network. */
export class CheckpointError extends DinoDqnError {}

/** Another process holds the lock of this run. */
export class RunLockedError extends DinoDqnError {}

/** The learner's loss is not a finite number any more. */
export class DivergedError extends DinoDqnError {}

/** Why something could not be written: what the system says, made plain. */
export function whyNotWritten(cause: unknown): string {
  const { message } = cause as Error;
  return message.includes("(os error 27)")
    ? `${message}; files may not grow any larger here (ulimit -f)`
    : whyNotRead(cause);
}

/** The same of what could not be read. */
export function whyNotRead(cause: unknown): string {
  const { message } = cause as Error;
  const [, path] = /all access to "(.*)",/.exec(message) ?? [];
  return cause instanceof Deno.errors.NotCapable && path !== undefined
    ? `${path}: Deno reads and writes nothing below /dev, /proc and /sys`
    : message;
}

/** What is wrong with a document, by its schema: `games.0.seed: Invalid input`. */
export function firstIssue(
  { issues: [issue] }: {
    issues: readonly { path: readonly PropertyKey[]; message: string }[];
  },
): string {
  return `${issue!.path.join(".") || "it"}: ${issue!.message}`;
}

/** What the disk or the machine lacks is nobody's wrong use. */
const FAILURES = /^E(NOSPC|DQUOT|FBIG|IO|ROFS|MFILE|NFILE|NOMEM|PIPE)$/;

/** An error and what caused it, the outermost first. */
function* causes(error: unknown): Generator<Error & { code?: string }> {
  for (let at = error; at instanceof Error; at = at.cause) yield at;
}

/**
 * An error in one message, and the exit code. One that the program did not
 * foresee shows its stack when DINO_STACK is set: it is of use to whoever
 * mends the program, and to nobody else.
 */
export function explain(error: unknown): { message: string; exitCode: number } {
  const isFailure = [...causes(error)].some(({ code = "" }) =>
    FAILURES.test(code)
  );
  if (error instanceof DinoDqnError) {
    const { message, exitCode } = error;
    return { message, exitCode: isFailure ? 1 : exitCode };
  }
  if (
    error instanceof Deno.errors.NotCapable ||
    error instanceof Error && "code" in error
  ) {
    return { message: whyNotRead(error), exitCode: 1 };
  }
  const where = Deno.env.get("DINO_STACK") && (error as Error)?.stack;
  return {
    message: `${error}. This program, or a file that it reads, has a fault; ` +
      (where ? `at ${where}` : "with DINO_STACK=1 it says where"),
    exitCode: 1,
  };
}
