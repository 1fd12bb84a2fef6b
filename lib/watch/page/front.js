/** All runs, sweeps and nights. */
import {
  bestText,
  clock,
  comparePath,
  fetchJson,
  fill,
  listen,
  make,
  number,
  place,
  remembered,
  renew,
  runPath,
  stateWord,
  table,
} from "./dom.js";
import { sections } from "./text.js";

const keys = (run) =>
  Object.entries(run.settings)
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(", ");

/** Columns: heading, class, what it sorts by, what it shows. */
const COLUMNS = [
  [
    "Run",
    "text",
    (run) => run.name,
    (run) => make("a", { href: runPath(run.name) }, run.name),
  ],
  ["State", "text", (run) => run.state, (run) => stateWord(run.state)],
  ["Game", "text", (run) => run.game, (run) => run.game],
  ["Steps", "", (run) => run.steps, (run) => number(run.steps)],
  [
    "Best",
    "",
    (run) => run.best?.mean ?? -1,
    bestText,
  ],
  ["Time", "", (run) => run.seconds, (run) => clock(run.seconds)],
  ["Started", "text", (run) => run.started ?? "", (run) => when(run.started)],
  [
    "Differs from the default",
    "text keys",
    (run) => keys(run),
    // Two lines of it; the run's page has all.
    (run) => make("div", { title: keys(run) }, keys(run)),
  ],
];

const { compare: asRead } = new Intl.Collator("en", { numeric: true });
const inOrder = (a, b) => typeof a === "number" ? a - b : asRead(a, b);
const byName = (a, b) => inOrder(a.name, b.name);

const day = new Intl.DateTimeFormat("en", {
  ...{ dateStyle: "medium", timeStyle: "short" },
});

const when = (iso) =>
  iso
    ? make("time", { dateTime: iso, title: iso }, day.format(new Date(iso)))
    : "–";

/** @param {HTMLElement} main */
export async function showFront(main) {
  let overview = await fetchJson("/api/overview");
  const chosen = new Set();
  const rows = new Map();
  let [column, down] = remembered.get("sort", "6 down").split(" ");
  let wanted = "";

  const search = make("input", {
    type: "search",
    placeholder: "name, state, key",
  });
  search.oninput = () => {
    wanted = search.value.toLowerCase();
    draw();
  };
  const compare = make("button", {
    type: "button",
    title: "two runs or more, chosen in the table",
  }, "Compare");
  compare.onclick = () => {
    location.href = comparePath(chosen);
  };
  const count = make("span.muted", { role: "status" });
  const head = make("tr");
  const body = make("tbody");
  const none = make(
    "p",
    "There are none yet: deno task train makes one, and it appears here.",
  );
  const some = make(
    "div",
    make("div.bar", make("label", "Find", search), compare, count),
    table(make("thead", head), body),
  );
  const others = make("div");

  function drawHead() {
    fill(
      head,
      make("th", make("span.muted.small", "")),
      ...COLUMNS.map(([name, kind], i) => {
        const mark = Number(column) === i
          ? (down === "down" ? " ↓" : " ↑")
          : "";
        const button = make("button", { type: "button" }, name + mark);
        button.onclick = () => {
          down = Number(column) === i && down === "down" ? "up" : "down";
          column = String(i);
          remembered.set("sort", `${column} ${down}`);
          drawHead();
          head.children[i + 1].firstChild.focus();
          draw();
        };
        const sorted = mark === ""
          ? "none"
          : mark === " ↓"
          ? "descending"
          : "ascending";
        return make("th", { className: kind, "aria-sort": sorted }, button);
      }),
    );
  }

  /** The same row for a run again: what has the focus keeps it. */
  function rowOf(run) {
    let row = rows.get(run.name);
    if (!row) {
      const box = make("input", {
        type: "checkbox",
        checked: chosen.has(run.name),
        "aria-label": `Compare ${run.name}`,
      });
      box.onchange = () => {
        box.checked ? chosen.add(run.name) : chosen.delete(run.name);
        compare.disabled = chosen.size < 2;
      };
      row = { told: null, element: make("tr", make("td", box)) };
      rows.set(run.name, row);
    }
    const { element, told } = row;
    row.told = JSON.stringify(run);
    if (told === row.told) return element;
    for (const [i, [, kind, , shown]] of COLUMNS.entries()) {
      const cell = make("td", { className: kind }, shown(run));
      const before = element.children[i + 1];
      if (!before) element.append(cell);
      else if (!before.isEqualNode(cell)) before.replaceWith(cell);
    }
    return element;
  }

  function draw() {
    const by = COLUMNS[Number(column)]?.[2] ?? COLUMNS[0][2];
    const turn = down === "down" ? -1 : 1;
    const runs = overview.runs
      .filter((run) =>
        [run.name, run.state, run.game, keys(run)].join(" ").toLowerCase()
          .includes(wanted)
      )
      .sort((a, b) => (inOrder(by(a), by(b)) || byName(a, b)) * turn);
    place(body, runs.map(rowOf));
    const { length } = overview.runs;
    none.hidden = length > 0;
    some.hidden = length === 0;
    const all = `${number(length)} ${length === 1 ? "run" : "runs"}`;
    fill(
      count,
      runs.length === length ? all : `${number(runs.length)} of ${all}`,
    );
    compare.disabled = chosen.size < 2;
    renew(others, ...sections(overview.sections, ""));
  }

  drawHead();
  fill(
    main,
    make("h1", "Runs"),
    make(
      "p",
      make(
        "a",
        { href: "/play?agent=pretrained/accelerating" },
        "Watch the agent that comes with the program play",
      ),
    ),
    none,
    some,
    others,
  );
  draw();
  listen("/api/events", (data) => {
    const news = JSON.parse(data);
    if (news.error || data === JSON.stringify(overview)) return;
    overview = news;
    draw();
  });
}
