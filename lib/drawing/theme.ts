/**
 * Colours of the charts and pages. A chart is drawn in the light colours; on a
 * page each of them is replaced by a CSS variable, which the reader's choice
 * of a light or dark display then sets.
 */

/** The roles that a colour plays, by CSS variable name without its dashes. */
export const LIGHT = {
  paper: "#ffffff",
  ink: "#1d232b",
  muted: "#5d6773",
  grid: "#e3e7ec",
  series1: "#1f6fb2",
  series2: "#c4560f",
  series3: "#3a8043",
  series4: "#7d52a8",
  series5: "#0b7f86",
  series6: "#b03a5b",
} as const;

/** What a colour is for. */
export type ColourRole = keyof typeof LIGHT;

const DARK: Record<ColourRole, string> = {
  paper: "#14181d",
  ink: "#e7ebf0",
  muted: "#a0abb7",
  grid: "#2c333c",
  series1: "#74b8f2",
  series2: "#f59b57",
  series3: "#80c889",
  series4: "#c09ae6",
  series5: "#5cc9cf",
  series6: "#ee86a3",
};

/** Colours of lines and bars, in the order in which they are used. */
export const SERIES: readonly string[] = [
  LIGHT.series1,
  LIGHT.series2,
  LIGHT.series3,
  LIGHT.series4,
  LIGHT.series5,
  LIGHT.series6,
];

/** Each action's colour, the same in every chart, in the order of bars. */
export const ACTION_ROLES: Readonly<Record<string, ColourRole>> = {
  nothing: "series1",
  jump: "series2",
  duck: "series3",
};

/** The colours of these actions, by name; an unknown one is grey. */
export const actionColours = (actions: readonly string[]) =>
  Object.fromEntries(
    actions.map((name) => [name, LIGHT[ACTION_ROLES[name] ?? "muted"]]),
  );

const declarations = (colours: Record<ColourRole, string>) =>
  Object.entries(colours).map(([role, colour]) => `--${role}: ${colour};`)
    .join(" ");

/** CSS that sets the variables for light and for dark displays. */
export function themeCss(): string {
  return `:root { color-scheme: light dark; ${declarations(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${declarations(DARK)} } }`;
}

/** A light chart's SVG with its colours replaced by the page's variables. */
export function withThemeVariables(svg: string): string {
  return Object.entries(LIGHT).reduce(
    (text, [role, colour]) =>
      text.replaceAll(`"${colour}"`, `"var(--${role})"`),
    svg,
  );
}
