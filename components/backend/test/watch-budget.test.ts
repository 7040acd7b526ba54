/** Watches at the Kubernetes API are bounded: past the bound a stream is refused before it begins. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { createSession } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;
let address: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  backend = await TestBackend.start(cluster, { MAX_WATCHES: "2" });
  address = `${await backend.listen()}/api/projects/blue/agentic-sessions`;
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  for (const name of ["one", "two", "three"]) await createSession(cluster, "blue", name);
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await cluster?.stop();
});

it("refuses a stream that would be one watch too many, and takes it when there is room again", async () => {
  const ends: AbortController[] = [];
  const open = async (path: string): Promise<Response> => {
    const end = new AbortController();
    ends.push(end);
    const headers = { authorization: `Bearer ${cluster.token("olga")}`, accept: "text/event-stream" };
    return fetch(`${address}${path}`, { headers, signal: end.signal });
  };
  expect((await open("/one/agui/events")).status).toBe(200);
  expect((await open("?watch=1")).status).toBe(200);
  for (const path of ["/two/agui/events", "?watch=1"]) {
    const refused = await open(path);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "5"]);
    expect(await refused.json()).toMatchObject({ code: "TOO_MANY_REQUESTS" });
  }
  expect((await backend.call("GET", "/metrics")).text).toContain("pilothouse_backend_watches 2");
  ends[0]?.abort();
  await expect.poll(async () => (await open("/three/agui/events")).status, { timeout: 5_000 }).toBe(200);
  for (const end of ends) end.abort();
  await expect
    .poll(async () => (await backend.call("GET", "/metrics")).text, { timeout: 5_000 })
    .toContain("pilothouse_backend_watches 0");
});
