import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failure, json, startHttpApi, type HttpApi } from "../../test/support/http-api.ts";
import { LeadershipLostError, runAsLeader } from "./leader-election.ts";

interface StoredLease {
  metadata: Record<string, string>;
  spec: { holderIdentity: string; leaseTransitions?: number };
}

let api: HttpApi;
let lease: StoredLease | undefined;
let version = 0;
let broken = false;
const leading = new Set<string>();
const history: string[] = [];

beforeEach(async () => {
  [lease, broken] = [undefined, false];
  leading.clear();
  history.length = 0;
  api = await startHttpApi(({ method, body }, response) => {
    if (broken) return failure(response, 500, "InternalError");
    if (method === "GET") return lease === undefined ? failure(response, 404, "NotFound") : json(response, 200, lease);
    const sent = JSON.parse(body) as StoredLease;
    if (method === "POST" && lease !== undefined) return failure(response, 409, "AlreadyExists");
    if (method === "PUT" && sent.metadata["resourceVersion"] !== lease?.metadata["resourceVersion"])
      return failure(response, 409, "Conflict");
    version += 1;
    lease = { ...sent, metadata: { ...sent.metadata, uid: "u", resourceVersion: String(version) } };
    return json(response, 200, lease);
  });
});
afterEach(async () => api.close());

function replica(identity: string, isGone?: (holder: string) => boolean) {
  const stop = new AbortController();
  const options = {
    client: api.client(),
    lease: { namespace: "default", name: "lead" },
    identity,
    leaseSeconds: 0.6,
    renewDeadlineSeconds: 0.4,
    retrySeconds: 0.05,
    isGone,
  };
  const done = runAsLeader(options, stop.signal, async (signal) => {
    expect(leading.size).toBe(0);
    leading.add(identity);
    history.push(identity);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    leading.delete(identity);
  });
  return { stop: () => stop.abort(), done };
}

describe("leader election", () => {
  it("has one leader, and the next one at once when it gives up", async () => {
    const [first, second] = [replica("first"), replica("second")];
    await expect.poll(() => leading.size).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(history).toHaveLength(1);
    const [leader, other] = history[0] === "first" ? [first, second] : [second, first];
    const began = Date.now();
    leader.stop();
    await leader.done;
    await expect.poll(() => history.length).toBe(2);
    expect(Date.now() - began).toBeLessThan(500);
    expect(lease?.spec.leaseTransitions).toBeGreaterThan(0);
    other.stop();
    await other.done;
    expect(lease?.spec.holderIdentity).toBe("");
  });

  it("takes over from a leader that has died, once its lease has run out", async () => {
    lease = {
      metadata: { name: "lead", namespace: "default", uid: "u", resourceVersion: "0" },
      spec: { holderIdentity: "dead" },
    };
    const began = Date.now();
    const next = replica("next");
    await expect.poll(() => leading.size, { timeout: 3000 }).toBe(1);
    expect(Date.now() - began).toBeGreaterThanOrEqual(590);
    next.stop();
    await next.done;
  });

  it("does not wait for a holder that is known to be gone", async () => {
    lease = {
      metadata: { name: "lead", namespace: "default", uid: "u", resourceVersion: "0" },
      spec: { holderIdentity: "dead" },
    };
    const began = Date.now();
    const next = replica("next", (holder) => holder === "dead");
    await expect.poll(() => leading.size).toBe(1);
    expect(Date.now() - began).toBeLessThan(400);
    next.stop();
    await next.done;
  });

  it("stops leading when the lease cannot be renewed in time", async () => {
    const only = replica("only");
    await expect.poll(() => leading.size).toBe(1);
    broken = true;
    await expect(only.done).rejects.toBeInstanceOf(LeadershipLostError);
    expect(leading.size).toBe(0);
  });
});
