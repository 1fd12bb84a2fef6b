/** An agent at play: the game, the Q-values, what the network sees. */
import { choice, failure, fill, make, number } from "./dom.js";

const [WIDTH, HEIGHT] = [552, 150];
const SIZE = 80;
const FRAMES = 4;
const CELLS = 10;

/** @param {HTMLElement} main @param {URLSearchParams} query */
export function showPlay(main, query) {
  if (query.has("window")) document.body.classList.add("window");
  const wanted = new URLSearchParams();
  for (const key of ["agent", "game", "seed"]) {
    const value = query.get(key);
    if (value !== null) wanted.set(key, value);
  }
  const socket = new WebSocket(`/api/game?${wanted}`);
  socket.binaryType = "arraybuffer";
  const send = (wish) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(wish));
  };
  const screen = new Screen();
  const state = { paused: false, decision: 0, decisions: null };

  const button = (text, keys, act) => {
    const element = make(
      "button",
      { type: "button", title: `key: ${keys}` },
      text,
    );
    element.onclick = act;
    return element;
  };
  const setPaused = (paused) => {
    state.paused = paused;
    fill(pause, paused ? "Go on" : "Pause");
    pause.setAttribute("aria-pressed", String(paused));
    send({ pause: paused });
  };
  const pause = button("Pause", "space", () => setPaused(!state.paused));
  const step = () => {
    if (!state.paused) setPaused(true);
    send({ step: true });
  };
  const paces = ["0.25", "0.5", "1", "2", "4", "64"];
  const pace = choice("Pace", "pace", [
    ["1", "as the game"],
    ["0.25", "a quarter"],
    ["0.5", "half"],
    ["2", "twice"],
    ["4", "four times"],
    ["64", "as fast as it can"],
  ], (value) => send({ pace: Number(value) }));
  const select = pace.element.querySelector("select");
  const quicker = (by) => {
    const next = paces[paces.indexOf(select.value) + by];
    if (next === undefined) return;
    select.value = next;
    select.onchange();
  };
  const seed = make("input", {
    type: "number",
    min: "0",
    max: "999999999",
    placeholder: "seed",
    "aria-label": "Seed",
  });
  seed.onchange = () => seed.value !== "" && send({ seed: Number(seed.value) });
  const eyes = make("input", { type: "checkbox" });
  eyes.onchange = () => send({ occlusion: eyes.checked });
  const timeline = make("input.timeline", {
    type: "range",
    min: "0",
    max: "0",
    value: "0",
    disabled: true,
    "aria-label": "Decision",
  });
  timeline.oninput = () => send({ jump: Number(timeline.value) });
  const place = make("span.muted");
  const next = () =>
    socket.readyState === WebSocket.CLOSED
      ? location.reload()
      : send({ jump: "next" });
  const seedLabel = make("label", "Seed", seed);
  const end = () => {
    screen.say("Playing to its end…");
    send({ jump: "end" });
  };

  const ending = button("To its end", "e", end);
  const keys = make(
    "span.muted.small.end",
    ...[
      ["space", " pause  "],
      ["→", " one decision  "],
      ["+", " "],
      ["−", " pace  "],
      ["n", " next game  "],
      ["e", " to its end"],
    ].flatMap(([key, does]) => [make("kbd", key), does]),
  );

  fill(
    main,
    screen.stage,
    make(
      "div.bar",
      pause,
      button("One decision", "→", step),
      button("Next game", "n", next),
      ending,
      pace.element,
      seedLabel,
    ),
    timeline,
    make("div.bar", place, keys),
    make(
      "div.below",
      make(
        "section",
        make("h2", "Q-values"),
        screen.bars,
        make(
          "p.muted.small",
          "What the network expects of each action: the discounted sum of its rewards.",
        ),
      ),
      make(
        "section",
        make("h2", "What it sees"),
        screen.eyes,
        make("div.bar", make("label", eyes, "show what the decision hangs on")),
        make(
          "p.muted.small",
          "The last four frames, 80×80. Coloured: where covering a part of them changes the highest Q-value most.",
        ),
      ),
    ),
  );

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (
      /^(INPUT|SELECT|BUTTON)$/.test(/** @type {Element} */ (target).tagName) &&
      !["n", "e"].includes(key)
    ) return;
    const acts = {
      " ": () => setPaused(!state.paused),
      ArrowRight: step,
      n: next,
      e: end,
      "+": () => quicker(1),
      "-": () => quicker(-1),
    };
    if (!acts[key]) return;
    event.preventDefault();
    acts[key]();
  });

  socket.onopen = () => {
    send({ pace: Number(select.value) });
    screen.say("Starting Chrome…");
  };
  socket.onclose = () =>
    screen.say(
      screen.failed ? "" : "The server does not answer any more · n: try again",
    );
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") {
      const moment = screen.show(data);
      state.decision = moment.decision;
      if (document.activeElement !== timeline || !state.paused) {
        timeline.value = String(moment.decision);
      }
      fill(
        place,
        `decision ${number(moment.decision)}${
          state.decisions === null ? "" : ` of ${number(state.decisions)}`
        } · ${moment.seconds.toFixed(1)} s of play · ${
          number(moment.points)
        } points${
          moment.speed === null ? "" : ` · speed ${moment.speed.toFixed(1)}`
        }`,
      );
      return;
    }
    const { game, error } = JSON.parse(data);
    if (error) return screen.fail(error);
    document.title = `${game.agent} at play – dino-dqn`;
    state.decisions = game.decisions;
    timeline.max = String(game.decisions ?? 0);
    timeline.disabled = game.decisions === null;
    // A game in real time has no seed, no pace and no way back.
    for (const part of [timeline, ending, pace.element, seedLabel]) {
      part.hidden = game.seed === null;
    }
    screen.begin(game);
  };
}

/** The pictures. */
class Screen {
  #game = canvas(WIDTH, HEIGHT, "the game");
  #frames = Array.from(
    { length: FRAMES },
    (_, f) => canvas(SIZE, SIZE, `frame ${f + 1} of what the network sees`),
  );
  #said = make("p.said", { role: "status" });
  #about = make("p.muted.small");
  #bars = [];
  failed = false;
  stage = make("div", this.#about, make("div.stage", this.#game, this.#said));
  bars = make("div.q");
  eyes = make("div.eyes", ...this.#frames);

  say(text) {
    fill(this.#said, text);
  }

  fail(message) {
    this.failed = true;
    fill(this.stage, failure(message));
  }

  begin({ agent, checkpoint, seed, actions, score, end, news }) {
    fill(
      this.#about,
      `${agent}, ${checkpoint} · ${
        seed === null ? "in real time" : `seed ${number(seed)}`
      }`,
      news && ` · ${news}`,
    );
    if (score !== null) {
      this.#end = `${number(score)} points, ${
        end === "cap" ? "ended there" : "crashed"
      } · n: the next game`;
    } else this.#end = "";
    this.#news = news ?? "";
    if (news !== null || score === null) {
      [this.#low, this.#high] = [Infinity, -Infinity];
    }
    if (this.#bars.length === actions.length) return;
    this.#bars = actions.map((name) => {
      const fillBar = make("div.fill");
      const value = make("span");
      const row = [
        make("span", name),
        make("div.track", fillBar),
        value,
      ];
      return { row, fillBar, value };
    });
    fill(this.bars, ...this.#bars.flatMap(({ row }) => row));
  }
  #end = "";
  #news = "";
  #low = Infinity;
  #high = -Infinity;

  /** @param {ArrayBuffer} data @returns what was said beside the pictures */
  show(data) {
    const length = new DataView(data).getUint32(0, true);
    const said = JSON.parse(
      new TextDecoder().decode(new Uint8Array(data, 4, length)),
    );
    const picture = new Uint8Array(data, 4 + length, WIDTH * HEIGHT);
    draw(this.#game, picture.length, (i) => picture[i]);
    const seen = new Uint8Array(data, 4 + length + picture.length);
    const most = Math.max(...(said.occlusion ?? [0]), 1e-9);
    this.#frames.forEach((frame, f) =>
      draw(
        frame,
        SIZE * SIZE,
        (i) => 255 - seen[i * FRAMES + f],
        said.occlusion && ((i) => {
          const row = Math.floor(Math.floor(i / SIZE) / (SIZE / CELLS));
          const column = Math.floor(i % SIZE / (SIZE / CELLS));
          return said.occlusion[row * CELLS + column] / most;
        }),
      )
    );
    if (said.q) this.#showValues(said.q, said.action);
    // Its end stays to be read; news of another checkpoint for a second.
    if (said.score !== null) {
      this.say(this.#end || `${number(said.score)} points`);
    } else this.say(said.decision < 20 ? this.#news : "");
    return said;
  }

  #showValues(q, action) {
    // Actions differ by little: from the lowest to the highest of this game.
    this.#low = Math.min(this.#low, ...q);
    this.#high = Math.max(this.#high, ...q);
    const span = Math.max(this.#high - this.#low, 1e-9);
    this.#bars.forEach(({ row, fillBar, value }, i) => {
      fillBar.style.transform = `scaleX(${(q[i] - this.#low) / span})`;
      fill(value, q[i].toFixed(3));
      for (const part of row) part.classList.toggle("chosen", i === action);
    });
  }
}

/** @param {string} label what a screen reader calls it */
function canvas(width, height, label) {
  return make("canvas", { width, height, role: "img", "aria-label": label });
}

/** @param {HTMLCanvasElement} place @param {(i: number) => number} grey @param {((i: number) => number) | null} [heat] 0 to 1 */
function draw(place, count, grey, heat) {
  const context =
    /** @type {CanvasRenderingContext2D} */ (place.getContext("2d"));
  const image = context.createImageData(place.width, place.height);
  // One word a pixel, fifteen pictures a second: red is the lowest byte.
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < count; i++) {
    const g = grey(i);
    const h = heat ? heat(i) : 0;
    const red = g + (255 - g) * h * 0.6;
    const green = g * (1 - h * 0.5);
    const blue = g * (1 - h * 0.7);
    pixels[i] = 0xff000000 | blue << 16 | green << 8 | red;
  }
  context.putImageData(image, 0, 0);
}
