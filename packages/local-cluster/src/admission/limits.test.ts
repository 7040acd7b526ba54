// ResourceQuota and LimitRange at work: what fits, what does not, and what containers get by default.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Transport } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startLocalCluster, type LocalCluster } from "../cluster.ts";
import { parseJson, stringAt, valueAt, type Json, type JsonObject } from "../json.ts";

const directory = mkdtempSync(path.join(tmpdir(), "limits-"));
let cluster: LocalCluster;
let admin: Transport;
let namespace: string;
let count = 0;

beforeAll(async () => {
  cluster = await startLocalCluster({ dataDir: directory, controllers: false });
  admin = cluster.inProcess({ name: "admin", groups: ["system:masters"] });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  namespace = `limits-${count++}`;
  await create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await create(at("serviceaccounts"), { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } });
});

const at = (plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;

async function send(method: "POST" | "PUT" | "PATCH" | "DELETE", url: string, body?: Json) {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await admin.request({
    method,
    path: url,
    headers: { "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return { status: response.status, body: parseJson(Buffer.concat(chunks).toString("utf8")) };
}

async function create(url: string, body: Json): Promise<Json> {
  const answer = await send("POST", url, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

const quota = (hard: JsonObject, spec: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "quota" },
  spec: { hard, ...spec },
});
const pod = (name: string, resources: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { containers: [{ name: "main", image: "example.com/none:1", resources }] },
});

describe("a quota", () => {
  it("on the number of pods refuses one too many, and takes it once another is gone", async () => {
    await create(at("resourcequotas"), quota({ pods: "2" }));
    await create(at("pods"), pod("one"));
    await create(at("pods"), pod("two"));
    const refused = await send("POST", at("pods"), pod("three"));
    expect(refused.status).toBe(403);
    expect(stringAt(refused.body, "message")).toBe(
      'pods "three" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=2, limited: pods=2',
    );
    await send("DELETE", `${at("pods")}/one`);
    await create(at("pods"), pod("three"));
  });

  it("does not count pods that are over", async () => {
    await create(at("resourcequotas"), quota({ pods: "1" }));
    await create(at("pods"), pod("done"));
    await send("PATCH", `${at("pods")}/done/status`, { status: { phase: "Succeeded" } });
    expect((await send("POST", at("pods"), pod("next"))).status).toBe(201);
  });

  it("on requests adds up amounts of all spellings", async () => {
    await create(at("resourcequotas"), quota({ "requests.memory": "1Gi" }));
    await create(at("pods"), pod("half", { requests: { memory: "512Mi" } }));
    const refused = await send("POST", at("pods"), pod("more", { requests: { memory: "600M" } }));
    expect(stringAt(refused.body, "message")).toContain("exceeded quota: quota, requested: requests.memory=");
    await create(at("pods"), pod("rest", { requests: { memory: "500M" } }));
  });

  it("on requests makes every pod say what it takes", async () => {
    await create(at("resourcequotas"), quota({ "limits.cpu": "1" }));
    const refused = await send("POST", at("pods"), pod("silent"));
    expect(stringAt(refused.body, "message")).toContain("failed quota: quota: must specify limits.cpu for: main");
  });

  it("counts any kind by count/", async () => {
    await create(at("resourcequotas"), quota({ "count/jobs.batch": "0" }));
    const job: Json = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "job" },
      spec: {
        template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "example.com/none:1" }] } },
      },
    };
    expect((await send("POST", `/apis/batch/v1/namespaces/${namespace}/jobs`, job)).status).toBe(403);
  });

  it("with a scope minds only the pods in it", async () => {
    await create(at("resourcequotas"), quota({ pods: "0" }, { scopes: ["BestEffort"] }));
    expect((await send("POST", at("pods"), pod("best-effort"))).status).toBe(403);
    await create(at("pods"), pod("burstable", { requests: { cpu: "1m" } }));
  });

  it("is not overrun by writers at the same moment", async () => {
    await create(at("resourcequotas"), quota({ configmaps: "5" }));
    const configMap = (index: number): Json => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `cm-${index}` },
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send("POST", at("configmaps"), configMap(index))),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(5);
  });
});

describe("a limit range", () => {
  const range = (limit: JsonObject): JsonObject => ({
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "limits" },
    spec: { limits: [limit] },
  });

  it("gives containers what they do not ask for, and quality of service follows", async () => {
    const amounts = { cpu: "100m", memory: "64Mi" };
    await create(at("limitranges"), range({ type: "Container", default: amounts, defaultRequest: amounts }));
    const made = await create(at("pods"), pod("plain"));
    expect(valueAt(made, "spec", "containers")).toMatchObject([{ resources: { limits: amounts, requests: amounts } }]);
    expect(stringAt(made, "status", "qosClass")).toBe("Guaranteed");
  });

  it("refuses what is out of bounds", async () => {
    await create(at("limitranges"), range({ type: "Container", min: { cpu: "50m" }, max: { cpu: "1" } }));
    const message = async (resources: JsonObject): Promise<string> =>
      stringAt((await send("POST", at("pods"), pod("bounded", resources))).body, "message");
    expect(await message({ limits: { cpu: "2" } })).toContain("maximum cpu usage per Container is 1, but limit is 2");
    expect(await message({ requests: { cpu: "10m" }, limits: { cpu: "100m" } })).toContain(
      "minimum cpu usage per Container is 50m, but request is 10m",
    );
    await create(at("pods"), pod("bounded", { limits: { cpu: "500m" } }));
  });
});
