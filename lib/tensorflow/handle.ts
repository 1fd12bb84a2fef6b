/**
 * A native object that is freed exactly once: when it has been disposed of and
 * no native call uses it any more, so that disposing during an asynchronous
 * run is safe.
 */
export class NativeHandle implements Disposable {
  readonly #what: string;
  readonly #free: (pointer: Deno.PointerObject) => void;
  #pointer: Deno.PointerObject | null;
  #uses = 0;
  #disposed = false;

  /**
   * @param what the object in words, for errors
   * @param pointer the object; `null` (allocation failed) is an error
   * @param free frees it
   * @throws Error when `pointer` is null
   */
  constructor(
    what: string,
    pointer: Deno.PointerValue,
    free: (pointer: Deno.PointerObject) => void,
  ) {
    if (pointer === null) {
      throw new Error(`TensorFlow could not allocate ${what}`);
    }
    this.#what = what;
    this.#pointer = pointer;
    this.#free = free;
  }

  /** What native calls take. @throws Error after disposal */
  get pointer(): Deno.PointerObject {
    if (this.#disposed || this.#pointer === null) {
      throw new Error(`Cannot use ${this.#what}: it was disposed of`);
    }
    return this.#pointer;
  }

  /** Keeps the object alive, whatever happens, until `release` is called. */
  acquire(): Deno.PointerObject {
    const pointer = this.pointer;
    this.#uses++;
    return pointer;
  }

  /** Ends what `acquire` began. */
  release(): void {
    this.#uses--;
    this.#freeIfUnused();
  }

  /** Frees the object, after the calls that are under way. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#freeIfUnused();
  }

  #freeIfUnused(): void {
    if (!this.#disposed || this.#uses > 0 || this.#pointer === null) return;
    const pointer = this.#pointer;
    this.#pointer = null;
    this.#free(pointer);
  }
}
