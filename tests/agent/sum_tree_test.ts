import {
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertThrows,
} from "@std/assert";
import { SumTree } from "../../lib/agent/sum_tree.ts";
import { Random } from "../../lib/random.ts";

Deno.test("SumTree.find() maps a mass to the leaf in whose share it falls", () => {
  const tree = new SumTree(5);
  [1, 0, 2, 3, 0.5].forEach((priority, i) => tree.set(i, priority));
  assertEquals(tree.total, 6.5);
  assertEquals(
    [0, 0.99, 1, 2.9, 3, 5.9, 6, 6.49].map((mass) => tree.find(mass)),
    [0, 0, 2, 2, 3, 3, 4, 4],
  );
});

Deno.test("SumTree.find() never gives a leaf of priority 0, even at the total", () => {
  const tree = new SumTree(1000);
  for (let i = 0; i < 300; i++) tree.set(i, 0.1);
  assertEquals(tree.find(tree.total), 299);
  assertEquals(tree.find(tree.total * (1 + 1e-12)), 299);
});

Deno.test("SumTree draws leaves in proportion to their priorities (chi-squared)", () => {
  const random = new Random(2016);
  const leaves = 50;
  const tree = new SumTree(leaves);
  const priorities = Array.from({ length: leaves }, () => random.uniform());
  priorities.forEach((priority, i) => tree.set(i, priority));
  const draws = 100_000;
  const counts = new Array<number>(leaves).fill(0);
  for (let k = 0; k < draws; k++) {
    counts[tree.find(random.uniform() * tree.total)]!++;
  }
  const total = priorities.reduce((a, b) => a + b, 0);
  const chiSquared = counts.reduce((sum, count, i) => {
    const mean = draws * priorities[i]! / total;
    return sum + (count - mean) ** 2 / mean;
  }, 0);
  // 99.9% quantile of the chi-squared distribution, 49 degrees of freedom.
  assertLess(chiSquared, 85.35);
});

Deno.test("SumTree's sums stay those of its leaves over many changes", () => {
  const random = new Random(1);
  const tree = new SumTree(37);
  for (let k = 0; k < 20_000; k++) {
    tree.set(random.integer(37), 10 ** (12 * random.uniform() - 6));
  }
  const sum = Array.from({ length: 37 }, (_, i) => tree.get(i))
    .reduce((a, b) => a + b, 0);
  assertAlmostEquals(tree.total / sum, 1, 1e-12);
});

Deno.test("SumTree.rebuild() restores the sums, bit for bit, from the leaves", () => {
  const random = new Random(3);
  const tree = new SumTree(100);
  for (let k = 0; k < 500; k++) tree.set(random.integer(100), random.uniform());
  const copy = new SumTree(100);
  copy.leaves(0, 100).set(tree.leaves(0, 100));
  copy.rebuild();
  assertEquals(copy.total, tree.total);
  for (let k = 0; k < 100; k++) {
    const mass = random.uniform() * tree.total;
    assertEquals(copy.find(mass), tree.find(mass));
  }
});

Deno.test("SumTree.set() refuses what is no priority and no leaf", () => {
  const tree = new SumTree(4);
  for (const priority of [-1, NaN, Infinity]) {
    assertThrows(() => tree.set(0, priority), RangeError, "finite priority");
  }
  for (const index of [-1, 4, NaN]) {
    assertThrows(() => tree.set(index, 1), RangeError, "Expected a leaf of 4");
  }
});
