/** The page that shows an exported agent at work in a browser. */
import { ACTIONS, FRAME_SIZE } from "../constants.ts";
import { escapeXml } from "../text.ts";

/** Frames in a row of `frames.png`. */
export const FRAMES_ACROSS = 20;

/**
 * A page in plain TensorFlow.js that looks at a game's frames and says what
 * the agent would do. Beside it lie `tf.min.js`, `model.json`, `weights.bin`,
 * `frames.png` (the game, {@linkcode FRAMES_ACROSS} frames to a row) and
 * `frames.json` (what the agent chose when it was played).
 *
 * @param name of the agent
 * @param actions number of its actions
 */
export function examplePage(name: string, actions: number): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeXml(name)} in TensorFlow.js</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 1rem auto; padding: 0 1rem; }
  pre { white-space: pre-wrap; }
  canvas { width: 100%; max-width: 320px; image-rendering: pixelated; }
</style>
<h1>${escapeXml(name)}</h1>
<canvas id="view" width="${FRAME_SIZE}" height="${FRAME_SIZE}"></canvas>
<pre id="text">Loading …</pre>
<script src="tf.min.js"></script>
<script type="module">
const SIZE = ${FRAME_SIZE}, ACROSS = ${FRAMES_ACROSS}, ACTIONS = ${
    JSON.stringify(ACTIONS.slice(0, actions))
  };
const text = document.querySelector("#text");
const view = document.querySelector("#view").getContext("2d", { willReadFrequently: true });
try {
  const model = await tf.loadLayersModel("model.json");
  const { actions } = await (await fetch("frames.json")).json();
  const image = new Image();
  image.src = "frames.png";
  await image.decode();
  let stack = [], same = 0;
  for (const [i, chosen] of actions.entries()) {
    view.drawImage(image, (i % ACROSS) * SIZE, Math.floor(i / ACROSS) * SIZE, SIZE, SIZE, 0, 0, SIZE, SIZE);
    const frame = view.getImageData(0, 0, SIZE, SIZE).data;
    // The agent sees the last four frames; the first one stands for those before it.
    stack = i === 0 ? Array(4).fill(frame) : [...stack.slice(1), frame];
    const pixels = Float32Array.from({ length: SIZE * SIZE * 4 }, (_, k) => stack[k % 4][(k >> 2) * 4]);
    const q = tf.tidy(() => [...model.predict(tf.tensor(pixels, [1, SIZE, SIZE, 4])).dataSync()]);
    const action = q.indexOf(Math.max(...q));
    same += action === chosen;
    text.textContent = ACTIONS.map((name, a) => \`\${a === action ? "→" : " "} \${name.padEnd(8)} \${q[a].toFixed(3)}\`).join("\\n")
      + \`\\n\\nframe \${i + 1} of \${actions.length}; same choice as when it was played: \${same}\`;
    await new Promise((resolve) => setTimeout(resolve, 1000 / 15));
  }
} catch (error) {
  text.textContent = location.protocol === "file:"
    ? "A page from disk may not load a model. In this folder, run: python3 -m http.server\\nand open http://localhost:8000/example.html"
    : String(error);
}
</script>
</html>
`;
}
