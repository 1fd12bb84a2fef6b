/** Bytes that are added one by one. */
export class ByteList {
  #bytes = new Uint8Array(256);
  #length = 0;

  static from(bytes: Uint8Array): ByteList {
    const list = new ByteList();
    for (const byte of bytes) list.push(byte);
    return list;
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes so far; only valid until the next one is added. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes[this.#length++] = byte;
  }
}
