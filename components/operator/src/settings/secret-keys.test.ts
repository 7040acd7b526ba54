import type { Secret, Stored } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import { fingerprintWith } from "./fingerprints.ts";
import { secretStatus, withoutValues } from "./secret-keys.ts";

const NOW = Date.parse("2026-05-05T12:00:00Z");
const EARLIER = "2026-05-01T00:00:00.000Z";
const fingerprint = fingerprintWith(Buffer.alloc(32, 7));

function secret(data: Record<string, string>, more: Partial<Stored<Secret>["metadata"]> = {}): Stored<Secret> {
  const metadata = { name: "s", namespace: "t", uid: "u", resourceVersion: "1", ...more };
  return withoutValues({ metadata, data }, fingerprint);
}
const statusOf = (one: Stored<Secret>, former?: ReturnType<typeof secretStatus>, now = NOW) =>
  secretStatus(one, former, now);
const times = (status: ReturnType<typeof secretStatus>) => status.keys.map(({ name, updatedAt }) => [name, updatedAt]);

describe("a project's secret", () => {
  const known = statusOf(secret({ A: "1", B: "2" }), undefined, Date.parse(EARLIER));

  it("is known by its keys, and holds no value in the cache", () => {
    const cached = secret({ A: "canary" }, { annotations: { last: "canary" } });
    expect(JSON.stringify(cached)).not.toContain("canary");
    expect(times(known)).toEqual([
      ["A", EARLIER],
      ["B", EARLIER],
    ]);
  });

  it("keeps its times over a restart, and notices what changed meanwhile, and that alone", () => {
    const after = statusOf(secret({ A: "1", B: "3", C: "4" }), known);
    expect(times(after)).toEqual([
      ["A", EARLIER],
      ["B", new Date(NOW).toISOString()],
      ["C", new Date(NOW).toISOString()],
    ]);
    expect(statusOf(secret({ A: "1", B: "3", C: "4" }), after, NOW + 9000)).toEqual(after);
  });

  it("changed when the server says, where it says so", () => {
    const entry = (time: string, ...keys: string[]) => ({
      manager: "m",
      operation: "Update" as const,
      time,
      fieldsV1: { "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
    });
    const managedFields = [entry("2026-05-03T00:00:00Z", "A", "B"), entry("2026-05-04T00:00:00Z", "C")];
    const after = statusOf(secret({ A: "1", B: "3" }, { managedFields }), known);
    expect(times(after)).toEqual([
      ["A", EARLIER],
      ["B", "2026-05-03T00:00:00.000Z"],
    ]);
    // A time that cannot be that of this change is none.
    const old = [entry("2026-04-01T00:00:00Z", "A")];
    expect(times(statusOf(secret({ A: "9" }, { managedFields: old }), known))).toEqual([
      ["A", new Date(NOW).toISOString()],
    ]);
  });

  it("does not look like the same value elsewhere", () => {
    const one = secret({ A: "same" }).data?.["A"];
    expect(secret({ B: "same" }).data?.["B"]).not.toBe(one);
    expect(secret({ A: "same" }, { namespace: "other" }).data?.["A"]).not.toBe(one);
  });

  it("keeps the times that a former version has noted", () => {
    const noted = { name: "s", keys: [{ name: "A", updatedAt: EARLIER }] };
    expect(times(statusOf(secret({ A: "1" }), noted))).toEqual([["A", EARLIER]]);
  });
});
