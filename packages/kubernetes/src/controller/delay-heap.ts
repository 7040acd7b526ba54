// Keys that become due later, the earliest first. A key stands in it once, with its earliest time.

export class DelayHeap {
  readonly #heap: { key: string; due: number }[] = [];
  readonly #due = new Map<string, number>();

  get size(): number {
    return this.#due.size;
  }

  /** Time of the earliest key. */
  peek(): number | undefined {
    this.#dropStale();
    return this.#heap[0]?.due;
  }

  /** A key that is due earlier already keeps its earlier time. */
  add(key: string, due: number): void {
    const known = this.#due.get(key);
    if (known !== undefined && known <= due) return;
    this.#due.set(key, due);
    this.#heap.push({ key, due });
    this.#up(this.#heap.length - 1);
  }

  /** Takes out one key that is due at `now`. */
  pop(now: number): string | undefined {
    this.#dropStale();
    const top = this.#heap[0];
    if (top === undefined || top.due > now) return undefined;
    this.#removeTop();
    this.#due.delete(top.key);
    return top.key;
  }

  /** An entry that a later `add` has overtaken stays in the heap until it comes to the top. */
  #dropStale(): void {
    for (let top = this.#heap[0]; top !== undefined && this.#due.get(top.key) !== top.due; top = this.#heap[0]) {
      this.#removeTop();
    }
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #dueAt(index: number): number {
    return this.#heap[index]?.due ?? Number.POSITIVE_INFINITY;
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#heap[left], this.#heap[right]];
    if (a === undefined || b === undefined) return;
    this.#heap[left] = b;
    this.#heap[right] = a;
  }

  #up(start: number): void {
    for (let index = start; index > 0;) {
      const parent = (index - 1) >> 1;
      if (this.#dueAt(parent) <= this.#dueAt(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #down(start: number): void {
    for (let index = start; ;) {
      const left = 2 * index + 1;
      const smaller = this.#dueAt(left + 1) < this.#dueAt(left) ? left + 1 : left;
      if (this.#dueAt(smaller) >= this.#dueAt(index)) return;
      this.#swap(smaller, index);
      index = smaller;
    }
  }
}
