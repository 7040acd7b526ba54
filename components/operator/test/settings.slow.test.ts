// What a project's settings do on a local cluster: tool servers for its sessions, tests of its credentials.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { INTEGRATION_SECRETS_NAME, SESSION_CONFIGURATION_NAME } from "@pilothouse/contracts";
import { configMaps, coreEvents, pods, secrets, type KubernetesClient } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpsServer } from "../../../packages/egress/test/support/https-server.ts";
import { projectSettings } from "../src/resources/types.ts";
import { Platform, eventually } from "./support/platform.ts";

const KEY = { namespace: "bay", name: "projectsettings" };
const TOKEN = "glpat-canary-7c1f";
const logged: unknown[] = [];
let folder: string;
let service: HttpsServer;
let platform: Platform;
let alice: KubernetesClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pilothouse-settings-"));
  service = await HttpsServer.start([]);
  await writeFile(join(folder, "ca.pem"), service.certificate);
  await writeFile(
    join(folder, "mcp.json"),
    JSON.stringify({ custom: { search: { type: "http", url: "https://search.example/" } } }),
  );
  const log = (fields: unknown, message?: unknown) => logged.push(fields, message);
  platform = await Platform.start({
    node: false,
    logger: { debug: log, info: log, warn: log, error: log },
    flags: {
      "mcp-servers-file": join(folder, "mcp.json"),
      "integration-allowed-hosts": `127.0.0.1:${service.port}`,
      "integration-ca-file": join(folder, "ca.pem"),
      "runtime-class": "gvisor",
      "node-selector": "pool=agents",
      tolerations: "agents=only:NoSchedule",
      "git-hosts": "github.com",
      "egress-hosts": "pypi.org",
      "broker-requests": "cpu=3m,memory=20Mi",
    },
  });
  alice = platform.user("alice");
  await platform.project(alice, "bay", "alice");
}, 30_000);
afterAll(async () => {
  await platform.stop();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

async function set(spec: Record<string, unknown>): Promise<void> {
  await alice.patch(projectSettings, KEY, { type: "merge", body: { spec } });
}

async function integration(id: string, requestId?: string) {
  return eventually(async () => {
    const settings = await alice.get(projectSettings, KEY);
    const entry = settings.status?.integrations?.find((candidate) => candidate.id === id);
    return entry?.requestId === requestId ? entry : undefined;
  }, `the answer ${requestId} of ${id}`);
}

describe("a project's settings", { timeout: 30_000 }, () => {
  it("reach its sessions, beside what the installation gives to all", async () => {
    await set({ mcpServers: { custom: { issues: { type: "http", url: "https://issues.example/${PROJECT}" } } } });
    const file = await eventually(async () => {
      const found = await alice.find(configMaps, { namespace: "bay", name: SESSION_CONFIGURATION_NAME });
      const text = found?.data?.["mcp-servers.json"];
      return text?.includes("issues") === true ? text : undefined;
    }, "the session configuration");
    expect(JSON.parse(file)).toEqual({
      platform: { custom: { search: { type: "http", url: "https://search.example/" } } },
      project: { custom: { issues: { type: "http", url: "https://issues.example/${PROJECT}" } } },
    });
  });

  it("and the installation's are in its sessions' pods", async () => {
    await platform.createSession("bay", "one");
    const pod = await eventually(
      async () => (await platform.admin.list(pods, { namespace: "bay" })).items[0],
      "the session's pod",
    );
    expect(pod.spec).toMatchObject({
      runtimeClassName: "gvisor",
      nodeSelector: { pool: "agents" },
      tolerations: expect.arrayContaining([{ key: "agents", operator: "Equal", value: "only", effect: "NoSchedule" }]),
    });
    const [broker] = pod.spec?.initContainers ?? [];
    const [runner] = pod.spec?.containers ?? [];
    expect(broker?.resources?.requests).toEqual({ cpu: "3m", memory: "20Mi" });
    const variables = (container: typeof broker) =>
      Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
    expect(variables(broker)).toMatchObject({
      PILOTHOUSE_GIT_HOSTS: "github.com",
      PILOTHOUSE_EGRESS_HOSTS: "pypi.org",
    });
    expect(variables(runner)).toMatchObject({ PILOTHOUSE_GIT_HOSTS: "github.com" });
    for (const container of [broker, runner]) {
      const mount = container?.volumeMounts?.find(({ name }) => name === "project-configuration");
      expect(variables(container)["PILOTHOUSE_PROJECT_CONFIGURATION_DIR"]).toBe(mount?.mountPath);
    }
  });

  it("have a credential tested, once for each request, and forget the verdict with the credential", async () => {
    expect(await integration("gitlab")).toEqual({ id: "gitlab", configured: false });
    let answered = 0;
    service.answer = (request, response) => {
      answered += 1;
      const known = request.url === "/api/v4/user" && request.headers["private-token"] === TOKEN;
      response.writeHead(known ? 200 : 401).end(JSON.stringify({ username: "ada" }));
    };
    await set({ integrationChecks: { gitlab: "r1", pigeons: "p1" } });
    expect(await integration("gitlab", "r1")).toMatchObject({ configured: false, valid: false });
    expect(await integration("pigeons", "p1")).toMatchObject({ configured: false, valid: false });
    expect(answered).toBe(0);

    const stringData = { GITLAB_TOKEN: TOKEN, GITLAB_INSTANCE_URL: `https://127.0.0.1:${service.port}` };
    const metadata = { name: INTEGRATION_SECRETS_NAME, namespace: "bay" };
    await alice.create(secrets, { metadata, stringData });
    await set({ integrationChecks: { gitlab: "r2" } });
    expect(await integration("gitlab", "r2")).toEqual({
      id: "gitlab",
      configured: true,
      valid: true,
      account: "ada",
      checkedAt: expect.any(String),
      requestId: "r2",
    });
    await set({ inactivityTimeoutSeconds: 60 });
    expect(answered).toBe(1);

    await alice.patch(
      secrets,
      { namespace: "bay", name: INTEGRATION_SECRETS_NAME },
      { type: "merge", body: { stringData: { GITLAB_TOKEN: "glpat-wrong" } } },
    );
    await eventually(async () => {
      const entry = await integration("gitlab", "r2");
      return entry.valid === undefined ? entry : undefined;
    }, "the verdict to be forgotten");
    await set({ integrationChecks: { gitlab: "r3" } });
    expect(await integration("gitlab", "r3")).toMatchObject({ configured: true, valid: false });
    expect(answered).toBe(2);
  });

  it("know when a key was changed, even while no operator was there", async () => {
    const times = async () => {
      const { status } = await alice.get(projectSettings, KEY);
      const keys = status?.secrets?.find((secret) => secret.name === INTEGRATION_SECRETS_NAME)?.keys ?? [];
      return Object.fromEntries(keys.map(({ name, updatedAt }) => [name, updatedAt]));
    };
    const before = await times();
    await platform.stopOperator();
    await alice.patch(
      secrets,
      { namespace: "bay", name: INTEGRATION_SECRETS_NAME },
      { type: "merge", body: { stringData: { GITLAB_TOKEN: "glpat-while-away" } } },
    );
    await platform.startOperator();
    const after = await eventually(async () => {
      const now = await times();
      return now["GITLAB_TOKEN"] === before["GITLAB_TOKEN"] ? undefined : now;
    }, "the change to be noticed");
    expect(Date.parse(after["GITLAB_TOKEN"] ?? "")).toBeGreaterThan(Date.parse(before["GITLAB_TOKEN"] ?? ""));
    expect(after["GITLAB_INSTANCE_URL"]).toBe(before["GITLAB_INSTANCE_URL"]);
  });

  it("show no credential anywhere: not in status, not in an Event, not in the log", async () => {
    const settings = await platform.admin.get(projectSettings, KEY);
    const events = await platform.admin.list(coreEvents, { namespace: "bay" });
    const said = JSON.stringify([settings, events.items, logged]);
    expect(said).toContain("gitlab");
    expect(said).not.toContain(TOKEN);
    expect(said).not.toMatch(/glpat-(wrong|while-away)/);
  });
});
