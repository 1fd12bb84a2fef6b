import { join } from "node:path";
import { type Config, configToYaml, flat } from "../config/mod.ts";
import {
  GAMES,
  INTERVALS,
  measure,
  type RunFolder,
  type Table,
} from "../runs/mod.ts";
import { say } from "../say.ts";
import { settingsSummary, textSummary } from "../tensorflow/mod.ts";
import { CsvFile, goesOnAt } from "./csv_file.ts";
import { EventFiles } from "./event_files.ts";

/** Sizes in bytes of a run's metric files, by the file's name. */
export type SinkPositions = Record<string, number>;

/** All that a run writes its measurements to. */
export class Sinks implements Disposable {
  readonly #run: RunFolder;
  readonly #opened = new DisposableStack();
  readonly #tables = new Map<string | null, CsvFile>();
  #events: EventFiles | undefined;

  constructor(run: RunFolder) {
    this.#run = run;
  }

  /**
   * Opens the files.
   *
   * @param positions what {@linkcode flush} returned when the checkpoint was
   * made, to go on from there; absent: the files begin anew
   */
  open(positions: SinkPositions = {}): void {
    for (const { file, figures } of [GAMES, INTERVALS]) {
      const path = join(this.#run.path, file!);
      const columns = figures.flatMap(([column]) => column ?? []);
      const before = positions[file!];
      const position = before && goesOnAt(path, columns, before, say);
      const table = new CsvFile(path, columns, position);
      this.#tables.set(file, this.#opened.use(table));
    }
    const events = new EventFiles(this.#run.tensorboard, positions);
    this.#events = this.#opened.use(events);
  }

  /** Takes note of what is trained from this step on. */
  describe(step: number, config: Config): void {
    // What belongs to the machine or to nights makes no other agent.
    const { browser: _b, notify: _n, retraining: _r, retention: _k, ...rest } =
      config;
    const text = configToYaml(config).replaceAll(/^/gm, "    ");
    this.#events?.note(step, [
      settingsSummary(flat(rest)),
      textSummary("config", text),
    ]);
  }

  /** Takes note of a record. */
  add<Of extends { step: number }>(table: Table<Of>, record: Of): void {
    const { cells, curves } = measure(table, record);
    this.#tables.get(table.file)?.append(cells);
    this.#events?.add(record.step, curves);
  }

  /**
   * Waits until everything is on the disk.
   *
   * @throws CheckpointError if a table cannot be written (a full disk); its
   * lines are kept, and tried again later
   */
  flush(): SinkPositions {
    const positions = [...this.#tables]
      .map(([file, table]) => [file, table.flush()]);
    return { ...Object.fromEntries(positions), ...this.#events?.flush() };
  }

  [Symbol.dispose](): void {
    this.#opened.dispose();
  }
}
