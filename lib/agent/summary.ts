import { elements } from "../tensorflow/mod.ts";
import type { Network, ResolvedLayer } from "./network.ts";

/**
 * A network's layers, what goes out of them and how many numbers they learn,
 * as tfjs's `model.summary()` prints it. Ends with a line break.
 */
export function summarise(network: Network): string {
  const { members, dueling, inputShape, actions, parameters } = network;
  const rows = [
    ["Layer (type)", "Output shape", "Parameters"],
    row("pixels", "input", inputShape),
    ...members.flatMap(({ hidden, outputs }) => [
      ...hidden.map((layer) => {
        const pool = layer.type === "conv2d" && layer.pool > 1
          ? [`max pooling ${layer.pool}x${layer.pool}`]
          : [];
        return weighted(layer, [layer.type, ...pool, "relu"].join(", "));
      }),
      ...outputs.map((layer) => weighted(layer, layer.type)),
    ]),
  ];
  if (dueling) rows.push(row("q", "V + A - mean(A)", [actions]));
  if (members.length > 1) {
    rows.push(row("mean", `of ${members.length} members`, [actions]));
  }

  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  const lines = rows.map(([layer, shape, count]) =>
    `${layer!.padEnd(widths[0]!)}  ${shape!.padEnd(widths[1]!)}  ${
      count!.padStart(widths[2]!)
    }`
  );
  const rule = "─".repeat(lines[0]!.length);
  const total = `Parameters in total: ${parameters}`;
  return [lines[0], rule, ...lines.slice(1), rule, total, ""].join("\n");
}

const row = (name: string, type: string, shape: number[], parameters = 0) => [
  `${name} (${type})`,
  shape.join("x"),
  String(parameters),
];

function weighted(layer: ResolvedLayer, type: string): string[] {
  const { name, outputShape, kernel, bias } = layer;
  const parameters = [kernel, bias].reduce(
    (sum, { shape }) => sum + elements(shape),
    0,
  );
  return row(name, type, outputShape, parameters);
}
