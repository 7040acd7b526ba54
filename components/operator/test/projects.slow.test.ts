// Projects on a local cluster: what becomes of them, and who sees what.
import { LABELS, PROJECTS_NAMESPACE, projectAccessName } from "@pilothouse/contracts";
import {
  configMaps,
  jobs,
  namespaces,
  pods,
  roleBindings,
  secrets,
  selfSubjectAccessReviews,
  serviceAccounts,
  type KubernetesClient,
  type Pod,
} from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectAccesses, projectSettings, projects, sessions } from "../src/resources/types.ts";
import { Platform, eventually, problemLogger } from "./support/platform.ts";

let platform: Platform;
let alice: KubernetesClient;
let bob: KubernetesClient;

beforeAll(async () => {
  platform = await Platform.start({ logger: problemLogger });
  alice = platform.user("alice");
  bob = platform.user("bob", ["reviewers"]);
}, 30_000);
afterAll(() => platform.stop(), 30_000);

const home = (name: string) => ({ namespace: PROJECTS_NAMESPACE, name });
const refused = { status: 403 };
const may = async (
  client: KubernetesClient,
  verb: string,
  resource: string,
  namespace: string,
  group = "pilothouse.dev",
): Promise<boolean> => {
  const review = await client.review(selfSubjectAccessReviews, {
    spec: { resourceAttributes: { verb, resource, namespace, group } },
  });
  return review.status?.allowed === true;
};
const accessOf = async (client: KubernetesClient, kind: "User" | "Group", name: string) =>
  (await client.find(projectAccesses, home(projectAccessName(kind, name))).catch(() => undefined))?.spec.projects;

describe("a project", { timeout: 30_000 }, () => {
  it("becomes a namespace of its owner, of whom nobody else sees anything", async () => {
    await platform.project(alice, "sea", "alice");
    const namespace = await alice.get(namespaces, { name: "sea" });
    expect(namespace.metadata.labels).toMatchObject({
      [LABELS.managed]: "true",
      "pod-security.kubernetes.io/enforce": "restricted",
    });
    expect((await alice.get(projects, home("sea"))).status?.phase).toBe("Ready");
    expect((await alice.get(projectSettings, { namespace: "sea", name: "projectsettings" })).spec).toEqual({});
    expect(await eventually(async () => accessOf(alice, "User", "alice"), "alice's access")).toEqual([
      { name: "sea", role: "admin" },
    ]);

    for (const attempt of [
      bob.get(projects, home("sea")),
      bob.list(projects, { namespace: PROJECTS_NAMESPACE }),
      bob.get(namespaces, { name: "sea" }),
      bob.list(sessions, { namespace: "sea" }),
      bob.get(projectAccesses, home(projectAccessName("User", "alice"))),
      bob.delete(projects, home("sea")),
    ]) {
      await expect(attempt).rejects.toMatchObject(refused);
    }
  });

  it("belongs to whoever creates it", async () => {
    const foreign = bob.create(projects, {
      metadata: { name: "stolen", namespace: PROJECTS_NAMESPACE },
      spec: { owner: "alice" },
    });
    await expect(foreign).rejects.toMatchObject({
      message: expect.stringContaining("spec.owner must be the user who makes the request"),
    });
  });

  it.each([
    ["kube-public", /reserved/],
    ["taken", /exists already and does not belong to this project/],
  ])("named %s is refused and says why", async (name, message) => {
    if (name === "taken") await platform.admin.create(namespaces, { metadata: { name } });
    await alice.create(projects, { metadata: { name, namespace: PROJECTS_NAMESPACE }, spec: { owner: "alice" } });
    const project = await eventually(async () => {
      const found = await platform.admin.get(projects, home(name));
      return found.status?.phase === "Failed" ? found : undefined;
    }, "the refusal");
    expect(project.status?.message).toMatch(message);
    expect((await platform.admin.get(namespaces, { name })).metadata.labels?.[LABELS.managed]).toBeUndefined();
    await platform.admin.delete(projects, home(name));
    await eventually(
      async () => ((await platform.admin.find(projects, home(name))) === undefined ? true : undefined),
      "the Project to be gone",
    );
    expect((await platform.admin.get(namespaces, { name })).metadata.deletionTimestamp).toBeUndefined();
  });

  it("opens to a group by its settings, and closes again", async () => {
    await platform.project(alice, "lake", "alice");
    const key = { namespace: "lake", name: "projectsettings" };
    const give = async (groupAccess: unknown) =>
      alice.patch(projectSettings, key, { type: "merge", body: { spec: { groupAccess } } });
    await give([{ groupName: "reviewers", role: "view" }]);
    await eventually(
      async () => ((await may(bob, "list", "agenticsessions", "lake")) ? true : undefined),
      "bob to see sessions",
    );
    expect(await may(bob, "create", "agenticsessions", "lake")).toBe(false);
    expect(await eventually(async () => accessOf(bob, "Group", "reviewers"), "the group's access")).toEqual([
      { name: "lake", role: "view" },
    ]);
    await eventually(async () => bob.get(projects, home("lake")).catch(() => undefined), "bob to see the Project");

    await give([{ groupName: "reviewers", role: "edit" }]);
    await eventually(
      async () => ((await may(bob, "create", "agenticsessions", "lake")) ? true : undefined),
      "bob to create sessions",
    );

    await give([]);
    await eventually(
      async () => ((await may(bob, "list", "agenticsessions", "lake")) ? undefined : true),
      "bob to be out",
    );
    await eventually(
      async () =>
        (await platform.admin.find(projectAccesses, home(projectAccessName("Group", "reviewers")))) === undefined
          ? true
          : undefined,
      "the access to be gone",
    );
  });

  it("lets its admins add a member, who then may change but not own it", async () => {
    await platform.project(alice, "pond", "alice");
    await alice.create(roleBindings, {
      metadata: { name: "bob-edits", namespace: "pond" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "pilothouse-project-edit" },
      subjects: [{ kind: "User", name: "bob", apiGroup: "rbac.authorization.k8s.io" }],
    });
    expect(await eventually(async () => accessOf(bob, "User", "bob"), "bob's access")).toEqual([
      { name: "pond", role: "edit" },
    ]);
    expect(await may(bob, "create", "agenticsessions", "pond")).toBe(true);
    expect(await may(bob, "get", "secrets", "pond", "")).toBe(false);
    expect(await may(bob, "create", "pods", "pond", "")).toBe(false);
    expect(await may(bob, "update", "projectsettings", "pond")).toBe(false);
    await expect(bob.delete(projects, home("pond"))).rejects.toMatchObject(refused);
  });

  it("takes nobody's name for a session", async () => {
    const spec = (userId: string) =>
      ({ runnerType: "test-runner", desiredState: "Stopped", userContext: { userId } }) as never;
    await expect(
      alice.create(sessions, { metadata: { name: "forged", namespace: "sea" }, spec: spec("bob") }),
    ).rejects.toMatchObject({
      message: expect.stringContaining("must be the user who makes the request"),
    });
    await alice.create(sessions, { metadata: { name: "own", namespace: "sea" }, spec: spec("alice") });
    const status = { type: "merge" as const, body: { status: { endpoint: "http://10.0.0.1" } } };
    await expect(
      platform.admin.patch(sessions, { namespace: "sea", name: "own" }, status, { subresource: "status" }),
    ).rejects.toMatchObject({
      message: expect.stringContaining("written by the operator and by the session's own runner alone"),
    });
  });

  it("leaves an editor nothing by which to take over a session", async () => {
    await platform.project(alice, "hold", "alice");
    await alice.create(roleBindings, {
      metadata: { name: "eve-edits", namespace: "hold" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "pilothouse-project-edit" },
      subjects: [{ kind: "User", name: "eve", apiGroup: "rbac.authorization.k8s.io" }],
    });
    const eve = platform.user("eve");
    const key = { namespace: "hold", name: "prize" };
    await alice.create(sessions, { metadata: key, spec: { runnerType: "test-runner" } as never });
    const { spec: podSpec } = (await eventually(
      async () => (await eve.list(pods, { namespace: "hold" })).items.find((pod) => pod.spec !== undefined),
      "the session's pod",
    )) as Pod;
    const metadata = { name: "session-prize", namespace: "hold" };
    const merge = (body: unknown) => ({ type: "merge" as const, body });
    for (const attempt of [
      // Something that looks like the session's own, or that mounts what the session's mounts.
      eve.create(pods, { metadata, spec: podSpec }),
      eve.create(jobs, { metadata: { ...metadata, name: "prize-2" } }),
      eve.create(secrets, { metadata, stringData: { "broker-token": "mine" } }),
      eve.create(serviceAccounts, { metadata }),
      eve.createSubresource(serviceAccounts, metadata, "token", { spec: {} } as never),
      eve.create(roleBindings, {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "session-prize" },
        subjects: [{ kind: "User", name: "eve", apiGroup: "rbac.authorization.k8s.io" }],
      }),
      eve.create(configMaps, { metadata: { ...metadata, name: "pilothouse-session-configuration" } }),
      eve.patch(configMaps, { namespace: "hold", name: "pilothouse-configuration" }, merge({ data: {} })),
      eve.get(secrets, metadata),
      // What the operator goes by.
      eve.patch(sessions, key, merge({ metadata: { finalizers: [] } })),
      eve.patch(sessions, key, merge({ metadata: { annotations: { "pilothouse.dev/closed-attempt": "1" } } })),
      eve.patch(sessions, key, merge({ status: { endpoint: "http://10.0.0.1" } }), { subresource: "status" }),
      eve.patch(projectSettings, { namespace: "hold", name: "projectsettings" }, merge({ spec: { limits: {} } })),
    ]) {
      await expect(attempt).rejects.toMatchObject(refused);
    }
    await eve.patch(sessions, key, merge({ metadata: { labels: { [LABELS.sessionUid]: "another" } }, status: {} }));
    await platform.phase("hold", "prize", "Running");
  });

  it("is gone with its namespace, its roles and its places in others' lists", async () => {
    await alice.delete(projects, home("sea"));
    await eventually(
      async () => ((await platform.admin.find(projects, home("sea"))) === undefined ? true : undefined),
      "the Project to be gone",
    );
    expect(await platform.admin.find(namespaces, { name: "sea" })).toBeUndefined();
    expect(await platform.admin.find(roleBindings, home("project-sea-admin"))).toBeUndefined();
    await eventually(async () => {
      const list = await accessOf(alice, "User", "alice");
      return list?.some((entry) => entry.name === "sea") === true ? undefined : true;
    }, "alice's list to be shorter");
  });
});
