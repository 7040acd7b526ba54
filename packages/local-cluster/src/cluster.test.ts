// A cluster's life on its data directory: starting again, being in use, and the tokens of local users.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createUndiciTransport, type Transport } from "@pilothouse/kubernetes";
import { afterEach, describe, expect, it } from "vitest";
import { mintUserToken, startLocalCluster, type LocalCluster, type LocalClusterOptions } from "./cluster.ts";
import { parseJson, stringAt, stringsAt, type Json } from "./json.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function directory(): string {
  const made = mkdtempSync(path.join(tmpdir(), "cluster-"));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function start(dataDir: string, more: Partial<LocalClusterOptions> = {}): Promise<LocalCluster> {
  const cluster = await startLocalCluster({ dataDir, controllers: false, ...more });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (!stopped) await cluster.stop();
    stopped = true;
  };
  cleanups.push(stop);
  return { ...cluster, stop };
}

async function ask(transport: Transport, method: "GET" | "POST", url: string, body?: Json, token?: string) {
  const response = await transport.request({
    method,
    path: url,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return { status: response.status, body: parseJson(Buffer.concat(chunks).toString("utf8")) };
}

function tls(cluster: LocalCluster): Transport {
  const transport = createUndiciTransport({
    server: cluster.url,
    certificateAuthority: readFileSync(cluster.caFile, "utf8"),
  });
  cleanups.push(() => transport.close());
  return transport;
}

const ADMIN = { name: "admin", groups: ["system:masters"] };
const whoAmI: Json = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
const REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

describe("a data directory", () => {
  it("keeps state, authority and keys over a restart", async () => {
    const dataDir = directory();
    const first = await start(dataDir);
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kept" } };
    expect((await ask(first.inProcess(ADMIN), "POST", "/api/v1/namespaces", namespace)).status).toBe(201);
    const token = first.mintUserToken({ user: "alice" });
    const authority = readFileSync(first.caFile, "utf8");
    await first.stop();
    const second = await start(dataDir);
    expect((await ask(second.inProcess(ADMIN), "GET", "/api/v1/namespaces/kept")).status).toBe(200);
    expect(readFileSync(second.caFile, "utf8")).toBe(authority);
    expect((await ask(tls(second), "POST", REVIEWS, whoAmI, token)).status).toBe(201);
  });

  it("writes nothing at a start that changes nothing", async () => {
    const dataDir = directory();
    const first = await start(dataDir);
    const before = await ask(first.inProcess(ADMIN), "GET", "/api/v1/namespaces");
    await first.stop();
    const second = await start(dataDir);
    const after = await ask(second.inProcess(ADMIN), "GET", "/api/v1/namespaces");
    expect(stringAt(after.body, "metadata", "resourceVersion")).toBe(
      stringAt(before.body, "metadata", "resourceVersion"),
    );
  });

  it("in use says by whom", async () => {
    const dataDir = directory();
    await start(dataDir);
    await expect(startLocalCluster({ dataDir, controllers: false })).rejects.toMatchObject({
      code: "DATA_DIRECTORY_IN_USE",
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
  });

  it("is free again after a start that failed", async () => {
    const dataDir = directory();
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    const address = blocker.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(startLocalCluster({ dataDir, port, controllers: false })).rejects.toMatchObject({
      code: "PORT_IN_USE",
    });
    await new Promise((resolve) => blocker.close(resolve));
    expect((await start(dataDir, { port })).port).toBe(port);
  });

  it("keeps its secrets to its owner", async () => {
    const dataDir = directory();
    const cluster = await start(dataDir);
    for (const file of [
      cluster.adminKubeconfigFile,
      ...["ca.key", "service-account.key", "user-tokens.key"].map((name) => path.join(dataDir, "pki", name)),
    ])
      expect(statSync(file).mode & 0o077).toBe(0);
  });
});

describe("tokens of local users", () => {
  it("name the user and the groups", async () => {
    const cluster = await start(directory());
    const token = cluster.mintUserToken({ user: "alice", groups: ["team-red"] });
    const { body } = await ask(tls(cluster), "POST", REVIEWS, whoAmI, token);
    expect(stringAt(body, "status", "userInfo", "username")).toBe("alice");
    expect(stringsAt(body, "status", "userInfo", "groups")).toEqual(["team-red", "system:authenticated"]);
  });

  it("can be minted from the data directory alone", async () => {
    const dataDir = directory();
    const cluster = await start(dataDir);
    const token = mintUserToken(dataDir, { user: "bob", expiresInSeconds: 60 });
    expect((await ask(tls(cluster), "POST", REVIEWS, whoAmI, token)).status).toBe(201);
    expect(() => mintUserToken(path.join(dataDir, "none"), { user: "bob" })).toThrow("holds no cluster");
  });

  it("open nothing when they are expired, tampered with, or another cluster's", async () => {
    const cluster = await start(directory());
    const other = await start(directory());
    const transport = tls(cluster);
    const expired = cluster.mintUserToken({ user: "alice", expiresInSeconds: -1 });
    const [head = "", , signature = ""] = cluster.mintUserToken({ user: "alice" }).split(".");
    const forged = Buffer.from(
      JSON.stringify({ iss: "pilothouse-local-users", sub: "admin", groups: ["system:masters"], exp: 9_999_999_999 }),
    ).toString("base64url");
    for (const token of [expired, `${head}.${forged}.${signature}`, other.mintUserToken({ user: "alice" }), "x.y.z"])
      expect((await ask(transport, "GET", "/api", undefined, token)).status).toBe(401);
  });

  it("cannot be for Kubernetes' own identities", async () => {
    const cluster = await start(directory());
    expect(() => cluster.mintUserToken({ user: "system:admin" })).toThrow("Kubernetes' own");
    expect(() => cluster.mintUserToken({ user: "eve", groups: ["system:nodes"] })).toThrow("only system:masters");
  });

  it("give no rights of their own, and nobody without a token gets anywhere", async () => {
    const cluster = await start(directory());
    const transport = tls(cluster);
    const token = cluster.mintUserToken({ user: "alice" });
    expect((await ask(transport, "GET", "/api/v1/namespaces", undefined, token)).status).toBe(403);
    expect((await ask(transport, "GET", "/api/v1/namespaces")).status).toBe(403);
    expect((await ask(transport, "GET", "/version")).status).toBe(200);
  });
});

describe("callers in the same process", () => {
  it("are held to RBAC like all others", async () => {
    const cluster = await start(directory());
    const nobody = cluster.inProcess({ name: "nobody", groups: [] });
    expect((await ask(nobody, "GET", "/api/v1/namespaces")).status).toBe(403);
    expect((await ask(cluster.inProcess(ADMIN), "GET", "/api/v1/namespaces")).status).toBe(200);
  });

  it("hear the end of a watch when they end it", async () => {
    const cluster = await start(directory());
    const aborter = new AbortController();
    const response = await cluster.inProcess(ADMIN).request({
      method: "GET",
      path: "/api/v1/namespaces?watch=1",
      headers: {},
      signal: aborter.signal,
      streaming: true,
    });
    const reading = (async () => {
      for await (const _chunk of response.body) aborter.abort(new Error("enough"));
    })();
    await expect(reading).rejects.toThrow("enough");
  });
});
