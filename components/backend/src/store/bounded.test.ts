import { describe, expect, it } from "vitest";
import { bounded } from "./bounded.ts";
import { StorageUnavailable } from "./unavailable.ts";

class Silent {
  readonly #value = 5;
  readonly part = { never: async () => Promise.withResolvers<void>().promise };

  async never(): Promise<void> {
    return Promise.withResolvers<void>().promise;
  }

  async value(added: number): Promise<number> {
    return this.#value + added;
  }

  async fail(): Promise<void> {
    throw new TypeError("x");
  }
}

describe("a store that falls silent", () => {
  const store = bounded(new Silent(), 20);

  it("is away to whoever waits for it, in each of its parts", async () => {
    await expect(store.never()).rejects.toThrow(StorageUnavailable);
    await expect(store.part.never()).rejects.toThrow(/not answered within 20 ms/);
  });

  it("answers as ever when it does", async () => {
    expect(await store.value(2)).toBe(7);
    await expect(store.fail()).rejects.toThrow(TypeError);
  });
});
