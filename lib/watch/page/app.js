/** Which page it is. */
import { failure, fill } from "./dom.js";
import { showCompare } from "./compare.js";
import { showFront } from "./front.js";
import { showPlay } from "./play.js";
import { showRun } from "./run.js";
import { showText } from "./text.js";

const main = /** @type {HTMLElement} */ (document.querySelector("#main"));
const where = document.querySelector("#where");
const { pathname, searchParams } = new URL(location.href);
// The token has become a cookie; it need not stand in the address.
if (searchParams.has("token")) {
  searchParams.delete("token");
  history.replaceState(
    null,
    "",
    `${pathname}?${searchParams}`.replace(/\?$/, ""),
  );
}

/** @param {string} title */
function title(title) {
  document.title = title === "" ? "dino-dqn" : `${title} – dino-dqn`;
  fill(where, title);
}

async function show() {
  const [, kind, name] = pathname.split("/");
  if (kind === "run") {
    const run = decodeURIComponent(name);
    title(run);
    await showRun(main, run);
  } else if (kind === "compare") {
    title("Compare");
    await showCompare(main, searchParams.getAll("run"));
  } else if (kind === "sweep") {
    const sweep = decodeURIComponent(name);
    title(`Sweep ${sweep}`);
    await showText(main, `/api/sweep/${name}`, `sweeps/${name}/`);
  } else if (kind === "nights") {
    title("Nights");
    await showText(main, "/api/nights", "champion/");
  } else if (kind === "play") {
    title(`${searchParams.get("agent") ?? "newest agent"} at play`);
    await showPlay(main, searchParams);
  } else {
    title("");
    await showFront(main);
  }
}

show().catch(({ message }) => fill(main, failure(message)));
