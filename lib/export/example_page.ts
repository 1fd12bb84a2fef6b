/** The page that shows an exported agent at work in a browser. */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import type { ModelFiles } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { ACTIONS, CANVAS, FRAME_SIZE, STACK } from "../constants.ts";
import { ACTION_ROLES, themeCss } from "../drawing/mod.ts";
import type { Files } from "../system/mod.ts";
import { escapeXml } from "../text.ts";

/** A game that was played, as the page holds it. */
export interface Film {
  /** The newest frame of each decision's observation, as PNG, in rows. */
  frames: Uint8Array;
  /** What was chosen. */
  chosen: readonly number[];
  /** The game's pictures below each other, as WebPs of `perStrip` pictures. */
  pictures: readonly Uint8Array[];
  perStrip: number;
  /** How many there are: one more than decisions where the game ended. */
  moments: number;
  /** How long a decision is shown, in milliseconds. */
  frameMs: number;
  /** How the game ended; null: the film ends before it. */
  end: string | null;
}

const CSS = `${themeCss()}
body { margin: 1.5rem auto; padding: 0 1rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; } .muted { color: var(--muted); font-size: .875rem; }
#game { display: block; width: 100%; border: 1px solid var(--grid); background: #fff; image-rendering: pixelated; }
#thoughts { display: flex; gap: 1rem; margin: .75rem 0; align-items: flex-start; }
#seen { width: 6rem; height: 6rem; flex: none; background: #000; image-rendering: pixelated; }
#bars { flex: 1; display: grid; gap: .4rem; align-content: center; min-height: 6rem; }
.row { display: grid; grid-template-columns: 4.5rem 1fr 4rem; gap: .5rem; align-items: center; opacity: .55; }
.row.chosen { opacity: 1; font-weight: 600; }
.track { height: 1.1rem; background: var(--grid); border-radius: .25rem; overflow: hidden; }
.bar { display: block; height: 100%; }
.value { text-align: right; font-variant-numeric: tabular-nums; }
${
  Object.entries(ACTION_ROLES)
    .map(([name, role]) => `.${name} .bar { background: var(--${role}); }`)
    .join("\n")
}
#curves { display: block; width: 100%; height: 7rem; border-bottom: 1px solid var(--grid); }
#place { display: block; width: 100%; margin: .25rem 0 .5rem; accent-color: var(--series1); }
#controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
@media (max-width: 36rem) { #game { image-rendering: auto; } }
button, select { font: inherit; padding: .2rem .9rem; }
@media (max-width: 30rem) { .row { grid-template-columns: 4rem 1fr 3.5rem; } #seen { width: 4.5rem; height: 4.5rem; } }`;

/**
 * The files of a page that shows a film of a game with what the agent thinks of
 * it, which TensorFlow.js works out while one watches:
 *
 * - `example.html` holds all of it and loads nothing, so that it opens from disk
 *   and can be sent to somebody. Its own policy names its script by its hash.
 * - `example.js` is the same script once more, for sites whose policy allows no
 *   script in a page (`default-src 'self'`); where the page's own runs, it does
 *   nothing.
 * - `tf.min.js` is TensorFlow.js, in a build that needs no `unsafe-eval`.
 *
 * @param name of the agent
 * @param config its config
 * @param model its network for every TensorFlow.js
 */
export async function exampleFiles(
  name: string,
  { game, env }: Pick<Config, "game" | "env">,
  model: ModelFiles,
  film: Film,
): Promise<Files> {
  const library = await Deno.readTextFile(
    createRequire(import.meta.url)
      .resolve("@tensorflow/tfjs/dist/tf.es2017.min.js"),
  );
  const { modelTopology, weightsManifest } = JSON.parse(model.model);
  const actions = ACTIONS.slice(0, game.actions);
  const data = {
    ...{ ...film, actions, size: FRAME_SIZE, stack: STACK, crop: env.crop },
    frames: film.frames.toBase64(),
    pictures: film.pictures.map((strip) => strip.toBase64()),
    roles: ACTION_ROLES,
    css: CSS,
    model: {
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weights: model.weights.toBase64(),
    },
  };
  const script = scriptText(library, data);
  return {
    "example.html": html(name, script),
    "example.js": script,
    "tf.min.js": library,
  };
}

/** Runs once, in the page or beside it. */
function scriptText(library: string, data: unknown): string {
  const show = Deno.readTextFileSync(new URL("film.js", import.meta.url));
  return `if (!globalThis.filmShown) {
globalThis.filmShown = true;
${library}
${show}
showFilm(${JSON.stringify(data)}).catch((error) => {
  document.getElementById("text").textContent = String(error);
});
}
`.replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
}

function html(name: string, script: string): string {
  const title = escapeXml(name);
  const hash = createHash("sha256").update(script).digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} plays the dinosaur game</title>
</head>
<body>
<h1>${title}</h1>
<p class="muted">A network that learned the dinosaur game of Chrome from its pixels. The bars are what it expects of each action.</p>
<div id="page" hidden>
<canvas id="game" width="${CANVAS.width}" height="${CANVAS.height}" role="img" aria-label="The game that it played; grey: what it does not see"></canvas>
<div id="thoughts">
<canvas id="seen" width="${FRAME_SIZE}" height="${FRAME_SIZE}" role="img" aria-label="What the network sees" title="What the network sees"></canvas>
<div id="bars"></div>
</div>
<canvas id="curves" role="img" aria-label="What it expected of each action so far; dots: keys that it pressed"></canvas>
<input id="place" type="range" step="1" aria-label="Place in the film">
<div id="controls">
<button id="play">Pause</button>
<label>Speed <select id="speed"><option value="0.25">¼<option value="0.5">½<option value="1" selected>1<option value="2">2</select></label>
<span class="muted">space: pause · ← →: one decision</span>
</div>
</div>
<p id="text">This page shows nothing without its script, which this browser or this site's Content-Security-Policy holds back.</p>
<p id="same" class="muted"></p>
<script>${script}</script>
<script src="example.js"></script>
</body>
</html>
`;
}
