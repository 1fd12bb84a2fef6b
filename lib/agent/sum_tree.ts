/**
 * A binary tree whose leaves are priorities and whose inner nodes are the sums
 * of their two children, so that drawing an index in proportion to its
 * priority takes log2(n) steps: T. Schaul, J. Quan, I. Antonoglou, D. Silver,
 * "Prioritized Experience Replay", ICLR 2016, appendix B.2.1.
 */
export class SumTree {
  /** Number of leaves. */
  readonly size: number;
  /** Node 1 is the root, node i has children 2i and 2i + 1; leaves come last. */
  readonly #nodes: Float64Array;
  readonly #firstLeaf: number;

  /** @param size number of leaves; all start at 0. */
  constructor(size: number) {
    this.size = size;
    this.#firstLeaf = 2 ** Math.ceil(Math.log2(Math.max(size, 2)));
    this.#nodes = new Float64Array(2 * this.#firstLeaf);
  }

  /** The sum of all priorities. */
  get total(): number {
    return this.#nodes[1]!;
  }

  get(index: number): number {
    return this.#nodes[this.#firstLeaf + index]!;
  }

  /**
   * Sets one priority. Sums are made anew from the children, never by adding a
   * difference: no rounding error builds up, and the tree is a function of its
   * leaves alone.
   *
   * @throws RangeError if `index` is not a leaf, or the priority is negative
   * or not finite
   */
  set(index: number, priority: number): void {
    if (!(index >= 0 && index < this.size)) {
      throw new RangeError(`Expected a leaf of ${this.size}, but got ${index}`);
    }
    if (!(priority >= 0 && priority < Infinity)) {
      throw new RangeError(
        `Expected a finite priority of 0 or more, but got ${priority}`,
      );
    }
    const nodes = this.#nodes;
    let node = this.#firstLeaf + index;
    nodes[node] = priority;
    for (node >>>= 1; node >= 1; node >>>= 1) {
      nodes[node] = nodes[2 * node]! + nodes[2 * node + 1]!;
    }
  }

  /**
   * The leaf in whose share of [0, total) the number `mass` falls: leaves lie
   * side by side, each as wide as its priority. Never a leaf of priority 0
   * unless all are 0.
   */
  find(mass: number): number {
    const nodes = this.#nodes;
    let node = 1;
    while (node < this.#firstLeaf) {
      const left = nodes[2 * node]!;
      // Rounding may leave a mass of just the left sum or more where nothing
      // lies to the right; then the last leaf on the left is meant.
      if (mass < left || nodes[2 * node + 1] === 0) {
        node = 2 * node;
      } else {
        mass -= left;
        node = 2 * node + 1;
      }
    }
    return node - this.#firstLeaf;
  }

  /** The priorities themselves: a view, to be stored. */
  leaves(start: number, end: number): Float64Array {
    return this.#nodes.subarray(
      this.#firstLeaf + start,
      this.#firstLeaf + end,
    );
  }

  /** Makes all sums anew, after leaves were written through their view. */
  rebuild(): void {
    const nodes = this.#nodes;
    for (let node = this.#firstLeaf - 1; node >= 1; node--) {
      nodes[node] = nodes[2 * node]! + nodes[2 * node + 1]!;
    }
  }
}
