import { describe, expect, it } from "vitest";
import { AddressAllocator } from "./addresses.ts";

describe("AddressAllocator", () => {
  it("gives every pod an address of its own outside 127.0.0.0/24 that can be bound", async () => {
    const allocator = new AddressAllocator("seed");
    const addresses = await Promise.all(Array.from({ length: 50 }, (_, index) => allocator.allocate(`pod-${index}`)));
    expect(new Set(addresses).size).toBe(50);
    for (const address of addresses) {
      expect(address).toMatch(/^127\.\d+\.\d+\.\d+$/);
      expect(address).not.toMatch(/^127\.0\.0\./);
      expect(address).not.toMatch(/\.(0|255)$/);
    }
  });

  it("never gives out an address that a pod object still holds", async () => {
    const first = await new AddressAllocator("same").allocate("a");
    const allocator = new AddressAllocator("same");
    allocator.reserve(first, "a");
    expect(await allocator.allocate("b")).not.toBe(first);
    allocator.release("a");
    expect(await new AddressAllocator("same").allocate("c")).toBe(first);
  });

  it("passes over addresses that cannot be bound, and says so when none can", async () => {
    let refused = 0;
    const picky = new AddressAllocator("seed", async () => ++refused > 3);
    expect(await picky.allocate("pod")).toMatch(/^127\./);
    expect(refused).toBe(4);
    await expect(new AddressAllocator("seed", async () => false).allocate("pod")).rejects.toMatchObject({
      code: "ADDRESS_UNAVAILABLE",
    });
  });

  it("starts at another place for another data directory", async () => {
    expect(await new AddressAllocator("/a").allocate("x")).not.toBe(await new AddressAllocator("/b").allocate("x"));
  });
});
