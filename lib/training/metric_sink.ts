import type { Table } from "../runs/mod.ts";

/** Receives everything that is measured, and writes what it is for. */
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
  /**
   * Waits until everything is on the disk.
   *
   * @returns what to give when the sink is opened again, so that it goes on
   * from here
   * @throws CheckpointError if something cannot be written (a full disk); it is
   * kept, and tried again later
   */
  flush(): SinkPositions;
}

/** Sizes in bytes of a run's metric files, by the file's name. */
export type SinkPositions = Record<string, number>;
