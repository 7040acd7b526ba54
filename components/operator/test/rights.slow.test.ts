// The operator's rules are exactly what it uses: a life of a project and of sessions in it meets no refusal, and leaves
// no rule unused but those that are held to be granted or that only other clusters ask for.
import { RUNNER_SECRETS_NAME, projectAccessName } from "@pilothouse/contracts";
import { persistentVolumeClaims, secrets, type Transport } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { projectAccesses, projectSettings, projects, sessions } from "../src/resources/types.ts";
import { readManifests } from "./support/manifests.ts";
import { Platform, eventually } from "./support/platform.ts";

const Rules = z.object({ rules: z.array(z.object({ resources: z.array(z.string()), verbs: z.array(z.string()) })) });

/** Held, and never used by the operator itself. */
const HELD = new Set([
  "bind clusterroles",
  "get agenticsessions/status",
  "update agenticsessions/status",
  "update agenticsessions/finalizers",
  "update projects",
  "delete projects",
]);
/** Needed only against another writer or an older state, which this walk does not meet. */
const RARE = new Set([
  "get agenticsessions",
  "patch events",
  "get serviceaccounts",
  "get services",
  "update limitranges",
  "update resourcequotas",
  "update networkpolicies",
  "update roles",
]);

const used = new Set<string>();
const refused: string[] = [];

function recording(transport: Transport): Transport {
  return {
    async request(request) {
      const response = await transport.request(request);
      const name = use(request.method, request.path);
      if (name !== undefined) used.add(name);
      if (response.status === 403) refused.push(`${request.method} ${request.path}`);
      return response;
    },
    close: async () => transport.close(),
  };
}

function use(method: string, target: string): string | undefined {
  const url = new URL(target, "http://api");
  const parts = url.pathname.split("/").filter(Boolean);
  const rest = parts.slice(parts[0] === "api" ? 2 : 3);
  const namespaced = rest[0] === "namespaces" && rest.length > 2;
  const [resource, name, subresource] = namespaced ? rest.slice(2) : rest;
  if (resource === undefined || parts.length < 3) return undefined;
  const reading = url.searchParams.get("watch") === "true" ? "watch" : name === undefined ? "list" : "get";
  const verb = { GET: reading, POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" }[method] ?? method;
  return `${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
}

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start({
    operator: { aroundTransport: recording },
    flags: { "startup-deadline": "8", "project-quota": "count/agenticsessions.pilothouse.dev=100" },
  });
}, 30_000);
afterAll(() => platform.stop(), 30_000);

describe("the operator's rights", { timeout: 90_000 }, () => {
  it("are enough, and not more than it uses", async () => {
    const alice = platform.user("alice");
    await platform.project(alice, "reef", "alice");
    const settings = { namespace: "reef", name: "projectsettings" };
    await alice.create(secrets, {
      metadata: { name: RUNNER_SECRETS_NAME, namespace: "reef" },
      stringData: { ANTHROPIC_API_KEY: "k" },
    });
    const giveCrew = async (role: string) =>
      alice.patch(projectSettings, settings, {
        type: "merge",
        body: { spec: { groupAccess: [{ groupName: "crew", role }] } },
      });
    await giveCrew("view");
    const access = { namespace: "pilothouse-projects", name: projectAccessName("Group", "crew") };
    await eventually(async () => platform.admin.find(projectAccesses, access), "the crew's access");
    await giveCrew("edit");
    // Tool servers for its sessions, and a test of a credential that is not there.
    const changed = { mcpServers: { disabled: ["search"] }, integrationChecks: { github: "walk" } };
    await alice.patch(projectSettings, settings, { type: "merge", body: { spec: changed } });
    await eventually(async () => {
      const { status } = await platform.admin.get(projectSettings, settings);
      return status?.integrations?.find((entry) => entry.requestId === "walk");
    }, "the credential to be tested");

    // A secret and a claim in the way: the one is replaced, the other waited for.
    await platform.admin.create(secrets, { metadata: { name: "session-walk", namespace: "reef" } });
    await platform.admin.create(persistentVolumeClaims, {
      metadata: { name: "session-walk", namespace: "reef" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    await platform.createSession("reef", "walk", { ttlSecondsAfterFinished: 1 });
    const waiting = await eventually(async () => {
      const session = await platform.session("reef", "walk");
      return session.status?.message?.includes("does not belong to this session") === true ? session : undefined;
    }, "the claim to be in the way");
    expect(waiting.status?.phase).toBe("Pending");
    await platform.admin.delete(persistentVolumeClaims, { namespace: "reef", name: "session-walk" });
    await platform.phase("reef", "walk", "Running");
    await platform.createSession("reef", "late", { environmentVariables: { TEST_NEVER_READY: "1" } });
    await platform.phase("reef", "late", "Failed");
    await platform.wish("reef", "walk", "Stopped");
    await eventually(
      async () =>
        (await platform.admin.find(sessions, { namespace: "reef", name: "walk" })) === undefined ? true : undefined,
      "the session's time to be over",
    );
    await alice.patch(projectSettings, settings, { type: "merge", body: { spec: { groupAccess: [] } } });
    await alice.delete(projects, { namespace: "pilothouse-projects", name: "reef" });
    await eventually(
      async () =>
        (await platform.admin.find(projects, { namespace: "pilothouse-projects", name: "reef" })) === undefined
          ? true
          : undefined,
      "the project to be gone",
    );

    // A project that is being emptied refuses what a late reconcile still tries to make in it; nothing else is refused.
    expect(refused.filter((request) => !request.startsWith("POST ") || !request.includes("/namespaces/reef/"))).toEqual(
      [],
    );

    const manifests = await readManifests(["rbac"]);
    const granted = manifests
      .filter(
        (manifest) =>
          manifest.metadata.name === "pilothouse-operator" &&
          (manifest.kind === "ClusterRole" || manifest.kind === "Role"),
      )
      .flatMap((manifest) => Rules.parse(manifest).rules)
      .flatMap((rule) => rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${resource}`)));
    // Where the server does not send the first picture through the watch (Kubernetes before 1.32), it is listed.
    const listed = (right: string): boolean => used.has(right.replace(/^list /, "watch "));
    const unused = granted.filter(
      (right) => !used.has(right) && !HELD.has(right) && !RARE.has(right) && !listed(right),
    );
    expect(Array.from(new Set(unused)).toSorted()).toEqual([]);
  });
});
