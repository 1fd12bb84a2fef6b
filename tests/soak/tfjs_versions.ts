/**
 * Loads an exported agent in several TensorFlow.js, the oldest that it is for
 * among them, and compares their Q-values with those of the newest, on the frames
 * of its example page. Fetches them from npm, once:
 *
 *     deno run -A --no-config tests/soak/tfjs_versions.ts FOLDER [VERSION]...
 */
const [folder, ...asked] = Deno.args;
const VERSIONS = asked.length > 0
  ? asked
  : ["2.0.0", "2.8.6", "3.9.0", "4.22.0"];
const DECISIONS = 8;

const read = (name: string) => Deno.readTextFile(`${folder}/${name}`);
const { modelTopology, weightsManifest: [{ weights: weightSpecs }] } = JSON
  .parse(await read("model.json"));
const weightData = (await Deno.readFile(`${folder}/weights.bin`)).buffer;
const pixels = Int32Array.from(
  { length: DECISIONS * 80 * 80 * 4 },
  (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24,
);

const answers: Float32Array[] = [];
for (const version of VERSIONS) {
  // All versions in a program share these.
  Object.assign(globalThis, { _tfengine: undefined, _tfGlobals: undefined });
  const tf = await import(`npm:@tensorflow/tfjs@${version}`);
  await tf.setBackend("cpu");
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs, weightData }),
  );
  const input = tf.tensor(pixels, [DECISIONS, 80, 80, 4], "int32");
  answers.push(model.predict(input).dataSync());
}
const newest = answers.at(-1)!;
VERSIONS.forEach((version, i) => {
  const furthest = Math.max(
    ...newest.map((q, k) => Math.abs(q - answers[i]![k]!)),
  );
  const line =
    `${version}: furthest from ${VERSIONS.at(-1)}: ${furthest}, of ` +
    `Q-values up to ${Math.max(...newest.map(Math.abs))}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
});
