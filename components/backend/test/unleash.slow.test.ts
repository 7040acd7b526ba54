/** Flags from a real Unleash on PostgreSQL, and what holds when it dies. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBackend } from "./backend.ts";
import { TestCluster } from "./cluster.ts";
import { findPostgres, startPostgres, type PostgresServer } from "./postgres.ts";

const programs = await findPostgres();
const GATED = "claude-fable-5-1";

describe.skipIf(programs === undefined)("flags from Unleash", () => {
  let cluster: TestCluster;
  let database: PostgresServer;
  let unleash: ChildProcess;
  let address: string;
  let backend: TestBackend;
  let variables: Record<string, string>;

  beforeAll(async () => {
    [cluster, database] = await Promise.all([TestCluster.start(), startPostgres(programs ?? "")]);
    const { hostname, port } = new URL(database.url);
    const script = fileURLToPath(new URL("unleash-server.ts", import.meta.url));
    unleash = spawn(process.execPath, [script, hostname, port], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: process.env["PATH"] ?? "", NODE_ENV: "production" },
    });
    address = `http://127.0.0.1:${await portOf(unleash)}`;
    await cluster.project("blue", [{ user: "olga", role: "admin" }]);
    await cluster.project("red", [{ user: "olga", role: "admin" }]);
    const flagsFile = join(cluster.folder, "flags.json");
    const flags = [
      { name: "from.file", description: "not in Unleash", enabled: true },
      { name: "from.both", description: "in both", enabled: true },
    ];
    await writeFile(flagsFile, JSON.stringify({ version: 1, flags }));
    await setFlag("from.both", false);
    await setFlag(`model.${GATED}.enabled`, true, ["blue"]);
    variables = {
      FLAGS_FILE: flagsFile,
      UNLEASH_URL: address,
      UNLEASH_API_TOKEN: "*:development.client",
      UNLEASH_REFRESH_SECONDS: "1",
    };
    backend = await TestBackend.start(cluster, variables);
  }, 90_000);

  afterAll(async () => {
    await backend?.stop();
    unleash?.kill("SIGKILL");
    await database?.stop();
    await cluster?.stop();
  });

  async function admin(method: string, path: string, body: unknown): Promise<void> {
    const headers = { authorization: "*:*.admin-secret", "content-type": "application/json" };
    const url = `${address}/api/admin/projects/default/features${path}`;
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
    expect([url, answer.status < 300]).toEqual([url, true]);
  }

  async function setFlag(name: string, enabled: boolean, projects?: readonly string[]): Promise<void> {
    await admin("POST", "", { name, description: `${name} in Unleash`, type: "release" });
    const constraints = projects === undefined ? [] : [{ contextName: "project", operator: "IN", values: projects }];
    const parameters = { rollout: "100", stickiness: "default", groupId: name };
    const place = `/${name}/environments/development`;
    await admin("POST", `${place}/strategies`, { name: "flexibleRollout", parameters, constraints });
    if (enabled) await admin("POST", `${place}/on`, {});
  }

  const evaluate = async (flag: string, project = "blue") =>
    (await backend.call("GET", `/api/projects/${project}/feature-flags/evaluate/${flag}`, cluster.token("olga"))).body;
  const models = async (project: string) =>
    (await backend.call("GET", `/api/projects/${project}/models`, cluster.token("olga"))).text;

  it("open gates for the projects that they are for, and win over the file", async () => {
    expect(await models("blue")).toContain(GATED);
    expect(await models("red")).not.toContain(GATED);
    expect(await evaluate("from.both")).toEqual({ flag: "from.both", enabled: false, source: "unleash" });
    expect(await evaluate("from.file")).toEqual({ flag: "from.file", enabled: true, source: "default" });
    expect(await evaluate("from.nowhere")).toEqual({ flag: "from.nowhere", enabled: false, source: "default" });
    const { body } = await backend.call("GET", "/api/projects/blue/feature-flags", cluster.token("olga"));
    expect(body).toMatchObject({
      items: [
        { flag: "from.both", description: "from.both in Unleash", source: "unleash" },
        { flag: "from.file", source: "default" },
        { flag: `model.${GATED}.enabled`, enabled: true },
      ],
    });
  });

  it("change without a restart, and yield to a project's override", async () => {
    await admin("POST", "/from.both/environments/development/on", {});
    await expect.poll(async () => evaluate("from.both"), { timeout: 15_000 }).toMatchObject({ enabled: true });
    const path = "/api/projects/blue/feature-flags/from.both/override";
    await backend.call("PUT", path, cluster.token("olga"), { enabled: false });
    expect(await evaluate("from.both")).toMatchObject({ enabled: false, source: "workspace-override" });
    expect(await evaluate("from.both", "red")).toMatchObject({ enabled: true, source: "unleash" });
    await backend.call("DELETE", path, cluster.token("olga"));
  });

  it("stay as they were when Unleash dies, over a restart of the backend too", async () => {
    unleash.kill("SIGKILL");
    await once(unleash, "exit");
    await expect
      .poll(async () => (await backend.call("GET", "/ready")).body, { timeout: 15_000 })
      .toMatchObject({ status: "ready", checks: { flags: { ok: false } } });
    expect(await evaluate("from.both")).toMatchObject({ enabled: true, source: "unleash" });
    expect(backend.logs.join("")).toContain("its last state goes on");
    const folder = backend.environment.DATA_DIR;
    await backend.stop();
    backend = await TestBackend.start(cluster, { ...variables, DATA_DIR: folder });
    expect(await evaluate("from.both")).toMatchObject({ enabled: true, source: "unleash" });
    expect(await models("blue")).toContain(GATED);
    expect(await models("red")).not.toContain(GATED);
    expect(await readFile(join(folder, "unleash", "unleash-backup-pilothouse-backend.json"), "utf8")).not.toContain(
      "development.client",
    );
    expect(backend.logs.join("")).not.toContain("development.client");
  }, 60_000);
});

async function portOf(child: ChildProcess): Promise<number> {
  let said = "";
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const port = /ready (\d+)/.exec(said)?.[1];
    if (port === undefined) continue;
    // What it says from here on is not read, and must not fill the pipe.
    return Number(port);
  }
  throw new Error(`Unleash did not start: ${said}`);
}
