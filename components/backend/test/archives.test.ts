/** What a session leaves behind: its artifacts after its pod is gone, and how long. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "@pilothouse/server";
import { openArchives } from "../src/archives/open.ts";
import { Retention } from "../src/transcripts/retention.ts";
import { agenticSessions } from "../src/kubernetes/resources.ts";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { TestRunner } from "./runner.ts";
import { S3_KEY, startStorage, type TestStorage } from "./s3.ts";
import { createSession, setEndpoint, type TestSession } from "./session.ts";

let cluster: TestCluster;
let backend: TestBackend;
let storage: TestStorage;
let token: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  storage = await startStorage();
  backend = await TestBackend.start(cluster, {
    ARCHIVE_URL: "s3://left-behind/pilothouse",
    S3_ENDPOINT: storage.url,
    S3_REGION: S3_KEY.region,
    AWS_ACCESS_KEY_ID: S3_KEY.id,
    AWS_SECRET_ACCESS_KEY: S3_KEY.secret,
    RETENTION_DAYS: "30",
  });
  await cluster.project("blue", [{ user: "olga", role: "admin" }]);
  token = cluster.token("olga");
}, 60_000);

afterAll(async () => {
  await backend?.stop();
  await storage?.stop();
  await cluster?.stop();
});

async function leave(session: TestSession, files: Readonly<Record<string, string>>, to = backend): Promise<void> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name: `./${name}` }, content);
  tar.finalize();
  const answer = await to.app.inject({
    method: "PUT",
    url: `/internal/transcripts/${session.uid}/archive/artifacts`,
    headers: { authorization: `Bearer ${session.token}`, "content-type": "application/gzip" },
    payload: gzipSync(await buffer(tar)),
  });
  expect(answer.statusCode).toBe(204);
}

const baseOf = ({ name }: TestSession): string => `/api/projects/blue/agentic-sessions/${name}`;

describe("artifacts of a session that has ended", () => {
  it("are listed, read and zipped out of the storage, and marked as no longer live", async () => {
    const session = await createSession(cluster, "blue", "ended");
    await leave(session, { "report.md": "# Done", "site/index.html": "<script>alert(1)</script>" });
    const base = baseOf(session);
    expect((await backend.call("GET", `${base}/workspace`, token)).body).toMatchObject({
      live: false,
      items: [{ path: "artifacts", isDir: true }],
    });
    const list = await backend.call("GET", `${base}/workspace?path=artifacts`, token);
    expect(list.body).toMatchObject({
      live: false,
      items: [
        { name: "report.md", path: "artifacts/report.md", size: 6 },
        { path: "artifacts/site", isDir: true },
      ],
    });
    const report = await backend.call("GET", `${base}/workspace/artifacts/report.md`, token);
    expect([report.status, report.text, report.headers["content-length"]]).toEqual([200, "# Done", "6"]);
    const page = await backend.call("GET", `${base}/workspace/artifacts/site/index.html`, token);
    expect(page.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-security-policy": expect.stringContaining("sandbox"),
    });
    const zip = await backend.call("GET", `${base}/files.zip?path=artifacts`, token);
    expect(zip.headers).toMatchObject({
      "content-type": "application/zip",
      "content-disposition": 'attachment; filename="ended-artifacts.zip"',
    });
    expect(zip.text).toContain("site/index.html");
    expect((await backend.call("GET", `${base}/artifacts`, token)).headers["content-type"]).toBe("application/gzip");
  });

  it.each([
    ["workspace/artifacts/absent", 404],
    ["workspace?path=artifacts/absent", 404],
    ["files.zip?path=artifacts/absent", 404],
    ["files.zip?path=../..", 400],
    ["workspace/repos/app/a.txt", 409],
    ["workspace?path=repos", 409],
    ["files.zip?path=repos", 409],
  ])("answer %s with %i", async (path, status) => {
    const answer = await backend.call("GET", `/api/projects/blue/agentic-sessions/ended/${path}`, token);
    expect([path, answer.status]).toEqual([path, status]);
  });

  it("are none when all is handed over and nothing was left, and not known before", async () => {
    const session = await createSession(cluster, "blue", "bare");
    const ask = async (path: string) => backend.call("GET", `${baseOf(session)}/${path}`, token);
    expect((await ask("workspace?path=artifacts")).status).toBe(409);
    const status = { phase: "Completed", transcript: { attempt: 1, complete: true } };
    const patch = { type: "merge", body: { status } } as const;
    const key = { namespace: "blue", name: session.name };
    await cluster.admin.patch(agenticSessions, key, patch, { subresource: "status" });
    expect((await ask("workspace?path=artifacts")).body).toEqual({ live: false, items: [] });
    const paths = [
      "workspace/artifacts/a.txt",
      "workspace?path=artifacts/a",
      "files.zip?path=artifacts",
      "workspace?path=repos",
    ];
    expect(await Promise.all(paths.map(async (path) => (await ask(path)).status))).toEqual([404, 404, 404, 409]);
  });

  it("give way to the workspace while a runner lives", async () => {
    const session = await createSession(cluster, "blue", "again");
    await leave(session, { "old.txt": "old" });
    const runner = new TestRunner(backend.jwks, session.uid);
    runner.answer = ({ url }) =>
      url.startsWith("/workspace.zip")
        ? { status: 200, body: "PK", type: "application/zip" }
        : { status: 200, body: { items: [] } };
    await setEndpoint(cluster, session, await runner.start());
    expect((await backend.call("GET", `${baseOf(session)}/workspace?path=artifacts`, token)).body).toEqual({
      live: true,
      items: [],
    });
    const zip = await backend.call("GET", `${baseOf(session)}/files.zip?path=repos/a%20b`, token);
    expect([zip.text, zip.headers["content-disposition"]]).toEqual(["PK", 'attachment; filename="again-a_b.zip"']);
    expect(runner.calls.at(-1)?.url).toBe("/workspace.zip?path=repos%2Fa+b");
    await runner.stop();
  });

  it("lie in a folder beside the database on one machine", async () => {
    const one = await TestBackend.start(cluster);
    const session = await createSession(cluster, "blue", "local");
    await leave(session, { "a.txt": "a" }, one);
    expect((await one.call("GET", `${baseOf(session)}/workspace/artifacts/a.txt`, token)).text).toBe("a");
    expect(await readdir(join(one.environment.DATA_DIR, "archives"))).toEqual([session.uid]);
    await one.stop();
  });
});

describe("retention", () => {
  const push = async ({ uid, token: own }: TestSession) =>
    backend.call("POST", `/internal/transcripts/${uid}/events`, own, [{ seq: 1, event: { type: "RUN_STARTED" } }]);
  const setStatus = async ({ name }: TestSession, status: Record<string, unknown>) =>
    cluster.admin.patch(
      agenticSessions,
      { namespace: "blue", name },
      { type: "merge", body: { status } },
      { subresource: "status" },
    );
  const longAgo = new Date(Date.now() - 31 * 24 * 3_600_000).toISOString();

  const sweep = async (): Promise<string[]> => {
    const { store, environment } = backend;
    const logger = createLogger("test", "silent");
    return new Retention({ store, archives: openArchives(environment, store), logger, days: 30 }).sweep();
  };

  it("lets go of what ended long ago, and of nothing that lives", async () => {
    const [old, recent, live, again] = await Promise.all(
      ["old", "recent", "live", "restarted"].map(async (name) => createSession(cluster, "blue", name)),
    );
    if (old === undefined || recent === undefined || live === undefined || again === undefined) throw new Error("none");
    for (const session of [old, recent, live, again]) {
      await push(session);
      await leave(session, { "a.txt": "a" });
    }
    await setStatus(old, { phase: "Completed", completionTime: longAgo });
    await setStatus(recent, { phase: "Completed", completionTime: new Date().toISOString() });
    await setStatus(live, { phase: "Running", completionTime: longAgo });
    await setStatus(again, { phase: "Stopped", completionTime: longAgo });
    await backend.call("GET", "/api/projects/blue/agentic-sessions", token);
    // Its next attempt begins before anybody has looked at it again.
    await backend.call("GET", `/internal/transcripts/${again.uid}`, again.token);
    expect(await sweep()).toEqual([old.uid]);
    expect(await backend.store.lastSeq(old.uid)).toBe(0);
    for (const session of [recent, live, again]) expect(await backend.store.lastSeq(session.uid)).toBe(1);
    const left = [...storage.objects.keys()].join();
    expect(left).not.toContain(old.uid);
    for (const session of [recent, live, again]) expect(left).toContain(session.uid);
    expect(await sweep()).toEqual([]);
  });

  it("learns of an end from a list that is followed", async () => {
    const session = await createSession(cluster, "blue", "watched");
    await push(session);
    await setStatus(session, { phase: "Failed", completionTime: longAgo });
    const end = new AbortController();
    await fetch(`${await backend.listen()}/api/projects/blue/agentic-sessions?watch=1`, {
      headers: { accept: "text/event-stream", authorization: `Bearer ${token}` },
      signal: end.signal,
    });
    await expect.poll(sweep).toEqual([session.uid]);
    end.abort();
  });
});
