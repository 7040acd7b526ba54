/** The list of sessions as a stream of changes. */
import { readMessages } from "@pilothouse/agui";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agenticSessions } from "../src/kubernetes/resources.ts";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";

let cluster: TestCluster;
let backend: TestBackend;
let address: string;

const SESSIONS = "/api/projects/blue/agentic-sessions";

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster);
  address = await backend.listen();
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

type Seen = { type: string; session?: { metadata: { name: string } }; name?: string };

async function watch(query: string, count: number, act: () => Promise<unknown>): Promise<Seen[]> {
  const abort = new AbortController();
  const headers = { authorization: `Bearer ${cluster.token("olga")}`, accept: "text/event-stream" };
  const response = await fetch(`${address}${SESSIONS}?watch=1${query}`, { headers, signal: abort.signal });
  expect(response.status).toBe(200);
  const seen: Seen[] = [];
  if (response.body === null) throw new Error("no body");
  for await (const { event, data } of readMessages(response.body)) {
    const change = JSON.parse(data) as Seen;
    expect(change.type).toBe(event);
    seen.push(change);
    if (change.type === "synced") await act();
    if (seen.length === count) break;
  }
  abort.abort();
  return seen;
}

const short = ({ type, session, name }: Seen): string => [type, session?.metadata.name ?? name ?? ""].join(" ").trim();

describe("a watched list", () => {
  it("tells what exists, and then each change", async () => {
    const token = cluster.token("olga");
    await backend.call("POST", SESSIONS, token, { name: "one", runnerType: "replay" });
    const seen = await watch("", 5, async () => {
      await backend.call("POST", SESSIONS, token, { name: "two", runnerType: "replay" });
      await backend.call("PATCH", `${SESSIONS}/two`, token, { displayName: "Two" });
      await backend.call("DELETE", `${SESSIONS}/two`, token);
    });
    expect(seen.map(short)).toEqual(["added one", "synced", "added two", "modified two", "deleted two"]);
  });

  it("tells what leaves the filter as deleted", async () => {
    const setPhase = async (phase: "Running" | "Stopped") =>
      cluster.admin.patch(
        agenticSessions,
        { namespace: "blue", name: "one" },
        { type: "merge", body: { status: { phase } } },
        { subresource: "status" },
      );
    await setPhase("Running");
    const seen = await watch("&phase=Running", 4, async () => {
      await setPhase("Stopped");
      await setPhase("Running");
    });
    expect(seen.map(short)).toEqual(["added one", "synced", "deleted one", "added one"]);
  });

  it("needs a client that takes events, and rights", async () => {
    const plain = await backend.call("GET", `${SESSIONS}?watch=1`, cluster.token("olga"));
    expect(plain.status).toBe(406);
    const headers = { accept: "text/event-stream" };
    const outside = await backend.call("GET", `${SESSIONS}?watch=1`, cluster.token("mallory"), undefined, headers);
    expect(outside.status).toBe(403);
  });
});
