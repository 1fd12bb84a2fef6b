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
