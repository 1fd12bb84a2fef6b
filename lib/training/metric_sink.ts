import type { Table } from "../runs/mod.ts";

/** Writes what is measured, for one kind of reader. */
export interface MetricSink extends Disposable {
  /**
   * Takes a record.
   *
   * @param step agent steps of the run
   * @param figures in the order of the table's list
   */
  add<Of>(
    table: Table<Of>,
    step: number,
    figures: readonly (number | string)[],
  ): void;
  /** See {@linkcode Sinks.flush}. */
  flush(): SinkPositions;
}

/** Sizes in bytes of a run's metric files, by the file's name. */
export type SinkPositions = Record<string, number>;
