/**
 * The report as one self-contained page: no script, no request, readable from
 * disk, on a phone, in light and in dark.
 */
import {
  type Animation,
  type Chart,
  type PageChart,
  themeCss,
  withThemeVariables,
} from "../drawing/mod.ts";
import { sep } from "node:path";
import { escapeXml } from "../text.ts";

/** A headline figure. */
export interface Figure {
  label: string;
  value: string;
  /** Its interval, in words. */
  interval: string;
  /** What must be said beside it, for instance that games were capped. */
  note: string;
}

/** A way to another page or file, from this one's folder. */
export interface Link {
  text: string;
  href: string;
}

/** A table; cells are plain text. */
export interface Table {
  header: readonly string[];
  rows: readonly (readonly string[])[];
  caption: string;
  /** Columns, from 0, that hold text; the others are numbers. */
  textColumns: readonly number[];
  /** Where each cell leads, row by row; null: nowhere. @default none does */
  hrefs?: readonly (readonly (string | null)[])[];
}

/** A part of the page under a heading; what is absent is left out. */
export interface Section {
  heading: string;
  /** Paragraphs of plain text. */
  text?: readonly string[];
  figures?: readonly Figure[];
  animations?: readonly Animation[];
  tables?: readonly Table[];
  charts?: readonly PageChart[];
  links?: readonly Link[];
  /** Texts in a typewriter face, such as commands. */
  code?: readonly string[];
  /** Long texts behind a line to click on. */
  details?: readonly { summary: string; code: string }[];
}

/** Everything a page says. */
export interface Page {
  title: string;
  subtitle: string;
  sections: readonly Section[];
  /** Where it belongs, and the files that it is made of. */
  links?: readonly Link[];
}

/** A table that is wider than the page, with a shade where it goes on. */
export const SCROLL_CSS =
  `.scroll { overflow-x: auto; margin: .25rem 0 1.25rem; background: linear-gradient(to right, var(--paper) 50%, transparent) left / 3rem 100% no-repeat local,
  linear-gradient(to left, var(--paper) 50%, transparent) right / 3rem 100% no-repeat local, linear-gradient(to right, var(--grid), transparent) left / 1rem 100% no-repeat,
  linear-gradient(to left, var(--grid), transparent) right / 1rem 100% no-repeat; }`;

const CSS = `${themeCss()}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 78rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
a { color: inherit; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.2rem; }
p { margin: .4rem 0; max-width: 46rem; }
nav p { max-width: none; font-size: .9rem; }
.muted, figcaption { color: var(--muted); font-size: .875rem; }
.figures { display: grid; margin-bottom: 1rem; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
.figure { border: 1px solid var(--grid); border-radius: .5rem; padding: .75rem 1rem; }
.figure strong { display: block; font-size: 1.9rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.charts { display: grid; gap: 1.25rem 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.charts svg, .charts .full img { display: block; width: 100%; max-width: none; height: auto; border: 0; background: none; }
.charts .full { grid-column: 1 / -1; }
.narrow { display: none; }
figure { margin: 0; min-width: 0; }
figure img { display: block; width: 100%; max-width: 552px; height: auto; border: 1px solid var(--grid); background: #fff; }
${SCROLL_CSS}
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--grid); text-align: right; vertical-align: top; }
th { font-weight: 600; vertical-align: bottom; } td:not(.text) { white-space: nowrap; } th.text, td.text { text-align: left; min-width: 6rem; }
td.text:last-child { min-width: 14rem; overflow-wrap: anywhere; }
td.text:nth-child(n+6):last-child { min-width: 26rem; }
pre { margin: .5rem 0; padding: .75rem; border: 1px solid var(--grid); border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .85rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
pre span { display: inline-block; max-width: 100%; }
summary { cursor: pointer; }
@media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } body { font-size: 15px; }
  td.text:nth-child(n+6):last-child { min-width: 60rem; } }`;

function chartHtml({ svg, png, description }: Chart, className = ""): string {
  const words = escapeXml(description);
  const themed = withThemeVariables(svg);
  const drawing = png
    // Not drawn just now: as a picture, in which nothing runs or is loaded.
    ? `<img alt="${words}" src="data:image/svg+xml;base64,${
      new TextEncoder().encode(
        themed.replace(/^<svg [^>]*>/, `$&<style>${themeCss()}</style>`),
      ).toBase64()
    }">`
    : themed.replace("<svg ", `<svg role="img" aria-label="${words}" `);
  return `<figure class="${className}">${drawing}</figure>`;
}

const pageChartHtml = (chart: PageChart) =>
  "wide" in chart
    ? chartHtml(chart.wide, "full wide") +
      chartHtml(chart.narrow, "full narrow")
    : chartHtml(chart);

function tableHtml(
  { header, rows, caption, textColumns, hrefs = [] }: Table,
): string {
  const cells = (
    tag: "th" | "td",
    row: readonly string[],
    ways: readonly (string | null)[] = [],
  ) =>
    row.map((text, i) => {
      const href = ways[i];
      return `<${tag}${textColumns.includes(i) ? ' class="text"' : ""}>` +
        `${href ? linkHtml({ text, href }) : escapeXml(text)}</${tag}>`;
    }).join("");
  return `<p class="muted">${escapeXml(caption)}</p>
<div class="scroll"><table>
<thead><tr>${cells("th", header)}</tr></thead>
<tbody>${
    rows.map((row, i) => `<tr>${cells("td", row, hrefs[i])}</tr>`).join("\n")
  }</tbody>
</table></div>`;
}

const figureHtml = ({ label, value, interval, note }: Figure) =>
  `<div class="figure"><span class="muted">${escapeXml(label)}</span>` +
  `<strong>${escapeXml(value)}</strong><div>${escapeXml(interval)}</div>` +
  `<div class="muted">${escapeXml(note)}</div></div>`;

const animationHtml = ({ caption, description, webp }: Animation) =>
  `<figure><img alt="${escapeXml(description)}" ` +
  `src="data:image/webp;base64,${webp.toBase64()}">` +
  `<figcaption>${escapeXml(caption)}</figcaption></figure>`;

const grid = (className: string, items: readonly string[]) =>
  items.length === 0
    ? ""
    : `<div class="${className}">${items.join("\n")}</div>`;

const linkHtml = ({ text, href }: Link) =>
  `<a href="${escapeXml(href)}">${escapeXml(text)}</a>`;

const linksHtml = (links: readonly Link[] = []) =>
  links.length === 0 ? "" : `<p>${links.map(linkHtml).join(" · ")}</p>`;

/** A page's ways to where it belongs, in one line; a copy has lost them. */
const WAYS = /<nav>.*<\/nav>\n/;

/** A path as the address of a link. */
export const hrefOf = (path: string): string =>
  path.split(sep).map(encodeURIComponent).join("/");

/** A command whose lines are broken between its words, not at their hyphens. */
function commandHtml(command: string): string {
  return escapeXml(command).replace(/\S+/g, "<span>$&</span>");
}

/** A section that has nothing but its heading is left out. */
function sectionHtml(section: Section): string {
  const parts = [
    grid("figures", (section.figures ?? []).map(figureHtml)),
    ...(section.text ?? []).map((text) => `<p>${escapeXml(text)}</p>`),
    grid("charts", (section.animations ?? []).map(animationHtml)),
    ...(section.code ?? []).map((code) => `<pre>${commandHtml(code)}</pre>`),
    ...(section.tables ?? []).map(tableHtml),
    grid("charts", (section.charts ?? []).map(pageChartHtml)),
    linksHtml(section.links),
    ...(section.details ?? []).map(({ summary, code }) =>
      `<details><summary>${escapeXml(summary)}</summary>` +
      `<pre>${escapeXml(code)}</pre></details>`
    ),
  ].filter((part) => part !== "");
  return parts.length === 0
    ? ""
    : `<section><h2>${escapeXml(section.heading)}</h2>\n${
      parts.join("\n")
    }\n</section>`;
}

/** How every page begins: it runs no script, loads and sends nothing. */
const START = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
`;

/**
 * A page that was read and goes to another place: it can do no more than one
 * made here, and leads to nothing beside it.
 */
export const harmless = (html: string): string =>
  (html.startsWith(START) ? html : START + html).replace(WAYS, "");

/** The page as HTML. */
export function pageHtml({ title, subtitle, sections, links }: Page): string {
  const ways = linksHtml(links);
  return `${START}<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeXml(title)} · dino-dqn</title>
<style>
${CSS}
</style>
<h1>${escapeXml(title)}</h1>
<p class="muted">${escapeXml(subtitle)}</p>
${ways && `<nav>${ways}</nav>\n`}${sections.map(sectionHtml).join("\n")}
</html>
`;
}
