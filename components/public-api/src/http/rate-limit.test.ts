import { describe, expect, it } from "vitest";
import { network } from "./limits.ts";
import { RateLimiter } from "./rate-limit.ts";

function limiter(perMinute: number, burst: number, mostBuckets?: number) {
  const clock = { now: 1_000 };
  return { clock, limit: new RateLimiter({ perMinute, burst }, () => clock.now, mostBuckets) };
}

describe("a rate limit", () => {
  it("lets a burst pass, then as many as were earned since", () => {
    const { clock, limit } = limiter(60, 3);
    expect([1, 2, 3, 4].map(() => limit.take("a"))).toEqual([0, 0, 0, 1]);
    clock.now += 1_000;
    expect([1, 2].map(() => limit.take("a"))).toEqual([0, 1]);
    clock.now += 3_600_000;
    expect([1, 2, 3, 4].map(() => limit.take("a"))).toEqual([0, 0, 0, 1]);
  });

  it("says after how many seconds the next one may pass, and then it may", () => {
    const { clock, limit } = limiter(6, 1);
    expect(limit.take("a")).toBe(0);
    clock.now += 2_500;
    const wait = limit.take("a");
    expect(wait).toBe(8);
    clock.now += wait * 1_000;
    expect(limit.take("a")).toBe(0);
  });

  it("counts refused requests for nothing", () => {
    const { clock, limit } = limiter(60, 1);
    limit.take("a");
    for (let count = 0; count < 100; count++) limit.take("a");
    clock.now += 1_000;
    expect(limit.take("a")).toBe(0);
  });

  it("keeps names apart", () => {
    const { limit } = limiter(60, 1);
    expect([limit.take("a"), limit.take("b"), limit.take("a")]).toEqual([0, 0, 1]);
  });

  it("forgets names that have their burst again, and under pressure those that were used longest ago", () => {
    const { clock, limit } = limiter(60, 2, 3);
    limit.take("a");
    clock.now += 60_000;
    limit.take("b");
    expect(limit.size).toBe(1);
    for (const name of ["c", "d", "e", "f"]) limit.take(name);
    expect(limit.size).toBe(3);
    limit.take("f");
    expect(limit.take("f")).toBeGreaterThan(0);
  });
});

describe("one address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["not an address", "not an address"],
  ])("%s counts as %s", (address, expected) => {
    expect(network(address)).toBe(expected);
  });
});
