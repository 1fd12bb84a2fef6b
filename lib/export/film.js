/**
 * The exported page's film: pictures of a game, and below them what the agent
 * thinks of each, worked out while one watches. A classic script, so that it runs
 * from disk; it loads nothing and needs no more of a site's policy than scripts.
 *
 * @param film what `FilmData` of example_page.ts says
 */
// deno-lint-ignore no-unused-vars -- called by the line that follows it in the page
async function showFilm(film) {
  const { size, stack, actions, chosen, frameMs, crop } = film;
  const $ = (id) => document.getElementById(id);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(film.css);
  document.adoptedStyleSheets = [sheet];

  const bytes = (text) =>
    Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const decoded = (text, type) =>
    createImageBitmap(new Blob([bytes(text)], { type }));

  /** Red of each pixel of the frames: [decisions][size * size]. */
  async function readFrames() {
    const image = await decoded(film.frames, "image/png");
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: image.width, height: image.height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const across = image.width / size;
    return chosen.map((_, i) => {
      const left = (i % across) * size;
      const top = Math.floor(i / across) * size;
      const { data } = context.getImageData(left, top, size, size);
      return data.filter((_, k) => k % 4 === 0);
    });
  }

  /** Q-values of a decision: the network sees the last frames, newest last. */
  function think(i) {
    const seen = Array.from(
      { length: stack },
      (_, back) => frames[Math.max(0, i - stack + 1 + back)],
    );
    const pixels = Float32Array.from(
      { length: size * size * stack },
      (_, k) => seen[k % stack][Math.floor(k / stack)],
    );
    const shape = [1, size, size, stack];
    return tf.tidy(
      () => [...model.predict(tf.tensor(pixels, shape)).dataSync()],
    );
  }

  const q = [];
  const thoughts = (i) => q[i] ??= think(i);
  const best = (values) => values.indexOf(Math.max(...values));
  const pictures = film.pictures.map(() => null);
  const first = stack - 1;
  const last = film.moments - 1;
  let at = first;
  let playing = true;
  let speed = 1;
  let timer;
  let turn = 0;

  const rows = actions.map((name) => {
    const row = document.createElement("div");
    row.className = `row ${name}`;
    for (const part of ["name", "track", "value"]) {
      row.append(Object.assign(document.createElement("span"), {
        className: part,
      }));
    }
    row.querySelector(".name").textContent = name;
    const bar = document.createElement("span");
    bar.className = "bar";
    row.querySelector(".track").append(bar);
    $("bars").append(row);
    return { row, bar, value: row.querySelector(".value") };
  });

  /** Lowest and highest of all that were thought: the ends of the scales. */
  function scale() {
    const known = q.flat();
    const low = Math.min(...known);
    const high = Math.max(...known);
    const room = high - low || 1;
    return (value) => (value - low) / room;
  }

  async function drawGame(i) {
    const { width, height } = $("game");
    const strip = Math.floor(i / film.perStrip);
    pictures[strip] ??= decoded(film.pictures[strip], "image/webp");
    const image = await pictures[strip];
    const context = $("game").getContext("2d");
    const top = (i % film.perStrip) * height;
    context.drawImage(image, 0, top, width, height, 0, 0, width, height);
    // What the agent does not see.
    context.fillStyle = "rgba(128, 128, 128, 0.25)";
    const end = crop.x + crop.width;
    context.fillRect(0, 0, crop.x, height);
    context.fillRect(end, 0, width - end, height);
    context.fillRect(crop.x, 0, crop.width, crop.y);
    const below = crop.y + crop.height;
    context.fillRect(crop.x, below, crop.width, height - below);
  }

  function drawSeen(i) {
    const context = $("seen").getContext("2d");
    const picture = context.createImageData(size, size);
    frames[i].forEach((grey, k) =>
      picture.data.set([grey, grey, grey, 255], 4 * k)
    );
    context.putImageData(picture, 0, 0);
  }

  function drawBars(values, action) {
    const place = scale();
    rows.forEach(({ row, bar, value }, a) => {
      row.classList.toggle("chosen", a === action);
      bar.style.width = `${2 + 98 * place(values[a])}%`;
      value.textContent = values[a].toFixed(3);
    });
  }

  function drawCurves() {
    const canvas = $("curves");
    const dots = globalThis.devicePixelRatio || 1;
    const width = canvas.width = Math.round(canvas.clientWidth * dots);
    const height = canvas.height = Math.round(canvas.clientHeight * dots);
    const context = canvas.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    const x = (i) => (i - first) / (last - first) * width;
    const place = scale();
    const y = (value) => height - 4 * dots - place(value) * (height - 8 * dots);
    context.lineWidth = 1.5 * dots;
    actions.forEach((name, a) => {
      context.strokeStyle = context.fillStyle = style.getPropertyValue(
        `--${film.roles[name]}`,
      );
      context.beginPath();
      let before = -2;
      q.forEach((values, i) => {
        context[i === before + 1 ? "lineTo" : "moveTo"](x(i), y(values[a]));
        before = i;
      });
      context.stroke();
      q.forEach((values, i) => {
        if (a === 0 || best(values) !== a) return;
        context.beginPath();
        context.arc(x(i), y(values[a]), 2.5 * dots, 0, 7);
        context.fill();
      });
    });
    context.fillStyle = style.getPropertyValue("--muted");
    context.fillRect(x(at) - dots / 2, 0, dots, height);
  }

  function tell(i, took) {
    const seconds = ((i - first) * frameMs / 1000).toFixed(1);
    const asked = q.flatMap((values, k) => [best(values) === chosen[k]]);
    const same = asked.filter(Boolean).length;
    $("text").textContent = i === last && film.end
      ? film.end
      : `${seconds} s · ${took.toFixed(0)} ms of thought`;
    $("same").textContent =
      `chose as when it was played: ${same} of ${asked.length}`;
  }

  async function show(i) {
    at = i;
    $("place").value = i;
    await drawGame(i);
    const began = performance.now();
    if (i < chosen.length) {
      const values = thoughts(i);
      drawSeen(i);
      drawBars(values, best(values));
    }
    tell(i, performance.now() - began);
    drawCurves();
  }

  /** Shows a moment and, while it plays, in its time those that follow. */
  async function go(i) {
    clearTimeout(timer);
    const mine = ++turn;
    const began = performance.now();
    await show(i);
    if (!playing || mine !== turn) return;
    const wait = i === last ? 1500 : frameMs / speed;
    timer = setTimeout(
      () => go(at === last ? first : at + 1),
      Math.max(0, wait - (performance.now() - began)),
    );
  }

  function play(on) {
    playing = on;
    $("play").textContent = on ? "Pause" : "Play";
    go(at);
  }

  $("text").textContent = "Loading …";
  const { weights, ...topology } = film.model;
  const weightData = bytes(weights).buffer;
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({ ...topology, weightData }),
  );
  const frames = await readFrames();
  Object.assign($("place"), { min: first, max: last, value: first });
  $("place").addEventListener("input", ({ target }) => go(+target.value));
  $("play").addEventListener("click", () => play(!playing));
  $("speed").addEventListener("change", ({ target }) => {
    speed = +target.value;
    go(at);
  });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === " " && event.target !== $("play")) {
      event.preventDefault();
      play(!playing);
    } else if (step && event.target === document.body) {
      playing && play(false);
      go(Math.min(last, Math.max(first, at + step)));
    }
  });
  globalThis.addEventListener("resize", drawCurves);
  $("page").hidden = false;
  play(true);
}
