/** Making elements, and figures as people read them. Text is never markup. */

/**
 * @param {string} tag `p`, or `p.muted.small`
 * @param {...any} children strings and elements; what is null, undefined or
 * false is left out. Before them, where it has any, the element's properties:
 * `data-…`, `aria-…`, `role` and `for` are attributes
 * @returns {any} the element
 */
export function make(tag, ...children) {
  const [name, ...classes] = tag.split(".");
  const properties = children[0]?.constructor === Object
    ? children.shift()
    : {};
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (/^(data-|aria-|role$|for$|list$)/.test(key)) {
      element.setAttribute(key, String(value));
    } else element[key] = value;
  }
  element.append(
    ...children.filter((child) =>
      child !== null && child !== undefined && child !== false
    ),
  );
  return element;
}

/** @param {Node} parent @param {...(Node | string | null | false)} children */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.filter(Boolean));
}

/**
 * Makes these the children; who stays in its place is not touched.
 *
 * @param {Element} parent @param {Element[]} children
 */
export function place(parent, children) {
  children.forEach((child, i) => {
    const there = parent.children[i] ?? null;
    if (there !== child) parent.insertBefore(child, there);
  });
  while (parent.children.length > children.length) parent.lastChild.remove();
}

/**
 * As {@link fill}, but what is as it was stays: a link that is pressed, or has
 * the focus, is not taken away between two looks.
 */
export function renew(parent, ...children) {
  const before = [...parent.children];
  place(
    parent,
    children.filter(Boolean).map((child, i) =>
      before[i]?.isEqualNode(child) ? before[i] : child
    ),
  );
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** `1,234`, or `0.01234` where a number is small; `–` where there is none. */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return Math.abs(value) >= 1000 || Number.isInteger(value)
    ? whole.format(value)
    : precise.format(value);
}

/** `1:05`, or `2:01:05`: minutes and seconds. */
export function clock(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const s = Math.round(seconds);
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** @param {string} path */
export async function fetchJson(path) {
  const response = await fetch(path);
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  let why = text;
  try {
    why = JSON.parse(text).error ?? text;
  } catch {
    // It is plain text.
  }
  const [, , kind, name] = path.split("/");
  throw new Error(
    response.status === 404
      ? `There is no ${kind} ${decodeURIComponent(name ?? "")} here.`
      : why,
  );
}

/**
 * Calls `take` with what the server says is new, until the page is left. Says
 * beside the title when the server is not there; the browser tries again.
 *
 * @param {string} path
 * @param {(data: string) => unknown} take
 */
export function listen(path, take) {
  const link = document.querySelector("#link");
  const events = new EventSource(path);
  events.onopen = () => fill(link);
  events.onerror = () => fill(link, "the server does not answer");
  events.onmessage = ({ data }) => take(data);
}

/** @param {string} name @param {string} state */
export const stateWord = (state) => make(`span.state.${state}`, state);

/** @param {string} path of a file in the data folder */
export const fileLink = (text, path) =>
  make("a", {
    href: `/files/${path.split("/").map(encodeURIComponent).join("/")}`,
  }, text);

/** @param {string} name */
export const runPath = (name) => `/run/${encodeURIComponent(name)}`;

/** @param {Iterable<string>} names of runs that are put over each other */
export const comparePath = (names) =>
  `/compare?${
    [...names].map((name) => `run=${encodeURIComponent(name)}`).join("&")
  }`;

/** The mean of a run's best evaluation. */
export const bestText = ({ best }) => number(best && Math.round(best.mean));

/** @param {string} message that something went wrong */
export const failure = (message) => make("p.error", { role: "alert" }, message);

/** @param {string} tag `td.text` @param {...(Node | string)} cells */
export const row = (tag, ...cells) =>
  make("tr", ...cells.map((cell) => make(tag, cell)));

/** A table that scrolls where it is too wide. @param {...Node} parts */
export const table = (...parts) => make("div.scroll", make("table", ...parts));

/** A choice that is remembered between visits. */
export const remembered = {
  get: (key, fallback) => localStorage.getItem(key) ?? fallback,
  set: (key, value) => localStorage.setItem(key, String(value)),
};

/** @param {string} label @param {[string, string][]} choices value, text */
export function choice(label, key, choices, onChange) {
  const select = make(
    "select",
    ...choices.map(([value, text]) => make("option", { value }, text)),
  );
  const known = remembered.get(key, choices[0][0]);
  select.value = choices.some(([value]) => value === known)
    ? known
    : choices[0][0];
  select.onchange = () => {
    remembered.set(key, select.value);
    onChange(select.value);
  };
  return {
    element: make("label", label, select),
    value: () => select.value,
  };
}
