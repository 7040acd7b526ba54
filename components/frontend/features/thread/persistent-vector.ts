/**
 * An immutable list with cheap updates: a tree with 32 children per node, so that `set` and `push` copy a handful of
 * short arrays however long the list is (4 levels hold a million). The thread's state stands on it: each delta of a
 * stream makes a new state, and a session may have 100,000 entries.
 */
const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

type Node<T> = readonly (Node<T> | T)[];

export class PersistentVector<T> implements Iterable<T> {
  readonly length: number;
  readonly #root: Node<T>;
  /** Bits of an index that are decided below the root. */
  readonly #shift: number;

  private constructor(length: number, root: Node<T>, shift: number) {
    this.length = length;
    this.#root = root;
    this.#shift = shift;
  }

  static readonly #empty = new PersistentVector<never>(0, [], 0);

  static empty<T>(): PersistentVector<T> {
    return PersistentVector.#empty;
  }

  static from<T>(items: Iterable<T>): PersistentVector<T> {
    let vector = PersistentVector.empty<T>();
    for (const item of items) vector = vector.push(item);
    return vector;
  }

  get(index: number): T | undefined {
    if (index < 0 || index >= this.length) return undefined;
    let node = this.#root;
    for (let shift = this.#shift; shift > 0; shift -= BITS) node = node[(index >>> shift) & MASK] as Node<T>;
    return node[index & MASK] as T;
  }

  /** Replaces the item at an index that exists. */
  set(index: number, item: T): PersistentVector<T> {
    if (index < 0 || index >= this.length) throw new RangeError(`index ${index} of ${this.length}`);
    return new PersistentVector(this.length, written(this.#root, this.#shift, index, item), this.#shift);
  }

  push(item: T): PersistentVector<T> {
    const index = this.length;
    const isFull = index === 1 << (this.#shift + BITS);
    const shift = isFull ? this.#shift + BITS : this.#shift;
    const root: Node<T> = isFull ? [this.#root] : this.#root;
    return new PersistentVector(index + 1, written(root, shift, index, item), shift);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = 0; index < this.length; index += 1) yield this.get(index) as T;
  }
}

function written<T>(node: Node<T> | undefined, shift: number, index: number, item: T): Node<T> {
  const copy = node === undefined ? [] : node.slice();
  const at = (index >>> shift) & MASK;
  copy[at] = shift === 0 ? item : written(copy[at] as Node<T> | undefined, shift - BITS, index, item);
  return copy;
}
