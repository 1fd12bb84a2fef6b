/** The data folder, and which of its files a browser may have. */
import { extname, join, sep } from "node:path";
import { isPath, realPath } from "../files.ts";
import { DATA_FOLDER } from "../runs/mod.ts";

/** What files are shown as; others are not. */
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".json": "application/json",
  ".csv": "text/plain",
  ".yaml": "text/plain",
  ".log": "text/plain",
  ".md": "text/plain",
  ".txt": "text/plain",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".gif": "image/gif",
};

/**
 * Whether a text is a name and no path, so that it leads to nothing elsewhere.
 * A copied run has whatever name its copy was given.
 */
export const isNameOnly = (text: string): boolean =>
  text !== "" && !isPath(text) && !text.includes("\0");

/** A file that may be shown. */
export interface DataFile {
  /** Absolute, without links. */
  path: string;
  type: string;
}

/**
 * A file of the data folder; null where there is none, it is of another kind,
 * or it lies elsewhere, by `..` or by a link.
 *
 * @param name its path from there, with slashes
 */
export function dataFile(name: string): DataFile | null {
  const type = TYPES[extname(name).toLowerCase()];
  if (type === undefined || name.includes("\0")) return null;
  const path = realPath(join(DATA_FOLDER, name));
  return path.startsWith(realPath(DATA_FOLDER) + sep) ? { path, type } : null;
}
