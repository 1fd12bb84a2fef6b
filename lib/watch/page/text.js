/** Pages of words, tables and links: a sweep, the nights. */
import { comparePath, fetchJson, fill, listen, make, table } from "./dom.js";

/** Runs of a page that are put over each other: more could not be told apart. */
const MOST_OVER_EACH_OTHER = 12;

/**
 * Where a link of a page in the data folder leads here.
 *
 * @param {string} href from that page's folder
 * @param {string} base that folder
 */
function way(href, base) {
  if (href.startsWith("/")) return href;
  const path = new URL(href, `${location.origin}/files/${base}`).pathname;
  return path
    .replace(/^\/files\/index.html$/, "/")
    .replace(/^\/files\/champion\/index.html$/, "/nights")
    .replace(/^\/files\/sweeps\/([^/]+)\/index.html$/, "/sweep/$1")
    .replace(/^\/files\/runs\/([^/]+)\/(report\/index.html)?$/, "/run/$1");
}

const link = (base) => ({ text, href }) =>
  make("a", { href: way(href, base) }, text);

/** A line of links; null: there are none. */
const linesOf = (links = [], base) =>
  links.length > 0 &&
  make("p", ...links.flatMap((one, i) => [i > 0 && " · ", link(base)(one)]));

function tableOf({ caption, header, rows, hrefs = [], textColumns }, base) {
  const row = (tag, cells, ways = []) =>
    make(
      "tr",
      ...cells.map((text, i) =>
        make(
          tag,
          { className: textColumns.includes(i) ? "text" : "" },
          ways[i] ? link(base)({ text, href: ways[i] }) : text,
        )
      ),
    );
  return [
    make("p.muted.small", caption),
    table(
      make("thead", row("th", header)),
      make("tbody", ...rows.map((cells, i) => row("td", cells, hrefs[i]))),
    ),
  ];
}

/** @param {any[]} all as the report's pages have them, without pictures */
export const sections = (all, base) =>
  all.filter(({ text = [], tables = [], links = [] }) =>
    text.length + tables.length + links.length > 0
  ).flatMap(({ heading, text = [], tables = [], links }) => [
    make("h2", heading),
    ...text.map((words) => make("p", words)),
    ...tables.flatMap((one) => tableOf(one, base)),
    linesOf(links, base),
  ]);

/**
 * Such a page, as it changes.
 *
 * @param {HTMLElement} main @param {string} path what says it
 * @param {string} base its folder in the data folder
 */
export async function showText(main, path, base) {
  let before = "";
  const draw = async () => {
    const page = await fetchJson(path);
    const now = JSON.stringify(page);
    if (now === before) return;
    before = now;
    const { title, subtitle, links } = page;
    fill(
      main,
      make("h1", title),
      make("p.muted", subtitle),
      linesOf(links, base),
      ...sections(page.sections, base),
    );
    const runs = [...main.querySelectorAll("a[href^='/run/']")].map((a) =>
      decodeURIComponent(a.pathname.slice("/run/".length))
    );
    const names = [...new Set(runs)].slice(0, MOST_OVER_EACH_OTHER);
    if (names.length < 2) return;
    main.querySelector("h2").before(
      make("p", make("a", { href: comparePath(names) }, "curves of its runs")),
    );
  };
  await draw();
  listen("/api/events", draw);
}
