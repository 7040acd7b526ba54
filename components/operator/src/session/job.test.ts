import { BrokerEnvironment, LABELS, RunnerEnvironment, type AgentRuntimeSpec } from "@pilothouse/contracts";
import type { Container, Stored } from "@pilothouse/kubernetes";
import { describe, expect, it } from "vitest";
import { POD } from "../../test/model/fixtures.ts";
import type { SessionObject } from "../resources/types.ts";
import { sessionJob, type PodSettings } from "./job.ts";

const runtime: AgentRuntimeSpec = {
  id: "replay",
  displayName: "Replay",
  description: "",
  framework: "replay",
  provider: null,
  container: {
    image: "registry/runner:1",
    port: 8001,
    env: { RUNNER_TYPE: "replay", EXTRA: "yes" },
    resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } },
  },
  sandbox: { stateDir: "/workspace", workspaceSize: "1Gi", terminationGracePeriod: 60, seed: { cloneRepos: true } },
  auth: { requiredSecretKeys: [], secretKeyLogic: "any" },
  capabilities: {
    framework: "replay",
    provider: null,
    agentFeatures: [],
    fileSystem: false,
    mcp: false,
    tracing: null,
    supportedTracing: null,
    sessionPersistence: false,
  },
};
const settings: PodSettings = {
  ...POD,
  brokerImage: "registry/broker:1",
  backendUrl: "http://backend:8080",
  backendJwks: '{"keys":[]}',
  upstreams: { anthropic: "http://gateway" },
};
const session: Stored<SessionObject> = {
  metadata: {
    name: "fix",
    namespace: "team-a",
    uid: "uid-1",
    resourceVersion: "1",
    labels: { [LABELS.sessionUid]: "somebody-else" },
  },
  spec: {
    desiredState: "Running",
    stopOnRunFinished: false,
    permissionMode: "bypass",
    timeout: 60,
    budget: { maxCostUsd: 2 },
    environmentVariables: {
      MINE: "$(PILOTHOUSE_BROKER_TOKEN)",
      HOME: "/root",
      PILOTHOUSE_BACKEND_URL: "http://evil",
      LD_PRELOAD: "/x.so",
    },
  },
};
const podOf = (object = session) => sessionJob(object, 3, runtime, settings).spec?.template.spec;
const container = (list: Container[] | undefined, name: string): Container => {
  const found = list?.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no container ${name}`);
  return found;
};
const environmentOf = ({ env = [] }: Container): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? JSON.stringify(valueFrom)]));

describe("a session's Job", () => {
  it("gives both containers what their contracts ask for", () => {
    const pod = podOf();
    const runner = environmentOf(container(pod?.containers, "runner"));
    expect(RunnerEnvironment.parse(runner)).toMatchObject({
      RUNNER_TYPE: "replay",
      PILOTHOUSE_SESSION_UID: "uid-1",
      PILOTHOUSE_ATTEMPT: 3,
      PILOTHOUSE_GRACE_SECONDS: 55,
    });
    expect(runner["PILOTHOUSE_BROKER_URL"]).toBe("http://$(POD_IP):8002");
    const broker = environmentOf(container(pod?.initContainers, "broker"));
    expect(BrokerEnvironment.parse(broker)).toMatchObject({
      ANTHROPIC_UPSTREAM_URL: "http://gateway",
      PILOTHOUSE_BUDGET: '{"maxCostUsd":2}',
    });
  });

  it("lets a session's author set nothing that the platform sets, and expand nothing", () => {
    const environment = container(podOf()?.containers, "runner").env ?? [];
    const values = environmentOf(container(podOf()?.containers, "runner"));
    expect(values).toMatchObject({
      MINE: "$$(PILOTHOUSE_BROKER_TOKEN)",
      HOME: "/workspace/.home",
      PILOTHOUSE_BACKEND_URL: "http://backend:8080",
      EXTRA: "yes",
    });
    expect(values).not.toHaveProperty("LD_PRELOAD");
    expect(new Set(environment.map(({ name }) => name)).size).toBe(environment.length);
  });

  it("shows keys to the broker and the workspace and identity to the runner, never the other way", () => {
    const pod = podOf();
    const mounts = (list: Container[] | undefined, name: string) =>
      container(list, name).volumeMounts?.map((mount) => mount.name);
    expect(mounts(pod?.initContainers, "broker")).toEqual([
      "runner-secrets",
      "integration-secrets",
      "configuration",
      "project-configuration",
    ]);
    expect(mounts(pod?.containers, "runner")).toEqual([
      "workspace",
      "tmp",
      "identity",
      "configuration",
      "project-configuration",
    ]);
    expect(pod?.automountServiceAccountToken).toBe(false);
  });

  it("hands the project's configuration to both containers, and tells them by which hosts git goes through the broker", () => {
    const told = {
      ...settings,
      gitHosts: "github.com",
      broker: { ...settings.broker, egressHosts: "pypi.org", integrationHosts: "mcp.corp" },
    };
    const pod = sessionJob(session, 3, runtime, told).spec?.template.spec;
    const volume = pod?.volumes?.find(({ name }) => name === "project-configuration");
    expect(volume?.configMap).toEqual({ name: "pilothouse-session-configuration", optional: true });
    for (const [list, name] of [
      [pod?.containers, "runner"],
      [pod?.initContainers, "broker"],
    ] as const) {
      const one = container(list, name);
      const mount = one.volumeMounts?.find((candidate) => candidate.name === "project-configuration");
      expect(environmentOf(one)).toMatchObject({
        PILOTHOUSE_PROJECT_CONFIGURATION_DIR: mount?.mountPath,
        PILOTHOUSE_GIT_HOSTS: "github.com",
      });
    }
    expect(environmentOf(container(pod?.initContainers, "broker"))).toMatchObject({
      PILOTHOUSE_EGRESS_HOSTS: "pypi.org",
      PILOTHOUSE_INTEGRATION_HOSTS: "mcp.corp",
    });
  });

  it("tells the broker what former attempts have used up, turns included", () => {
    const agent = { status: "idle", turns: 7, usage: { costUsd: 1.5, inputTokens: 10 } };
    const pod = podOf({ ...session, status: { agent } } as never);
    const broker = environmentOf(container(pod?.initContainers, "broker"));
    expect(JSON.parse(broker["PILOTHOUSE_SPENT"] ?? "")).toEqual({ costUsd: 1.5, inputTokens: 10, turns: 7 });
    expect(environmentOf(container(podOf()?.initContainers, "broker"))).not.toHaveProperty("PILOTHOUSE_SPENT");
  });

  it("runs where, and under which runtime, the installation says", () => {
    const placed = {
      ...settings,
      runtimeClass: "gvisor",
      nodeSelector: { pool: "agents" },
      tolerations: [{ key: "agents", operator: "Exists", effect: "NoSchedule" }],
    };
    expect(sessionJob(session, 3, runtime, placed).spec?.template.spec).toMatchObject({
      runtimeClassName: "gvisor",
      nodeSelector: { pool: "agents" },
      tolerations: [{ effect: "NoExecute" }, { effect: "NoExecute" }, { key: "agents", effect: "NoSchedule" }],
    });
    expect(podOf()).not.toHaveProperty("runtimeClassName");
  });

  it("takes images from the registry and labels from itself alone", () => {
    const job = sessionJob(session, 3, runtime, settings);
    const pod = podOf();
    expect(container(pod?.containers, "runner").image).toBe("registry/runner:1");
    expect(container(pod?.initContainers, "broker")).toMatchObject({
      image: "registry/broker:1",
      restartPolicy: "Always",
    });
    expect(job.spec?.template.metadata?.labels).toMatchObject({ [LABELS.sessionUid]: "uid-1", [LABELS.attempt]: "3" });
  });

  it("makes one pod, once, within the session's timeout, under the restricted profile", () => {
    const job = sessionJob(session, 3, runtime, settings);
    expect(job.metadata).toMatchObject({
      name: "fix-3",
      ownerReferences: [{ kind: "AgenticSession", uid: "uid-1", controller: true }],
    });
    expect(job.spec).toMatchObject({ backoffLimit: 0, parallelism: 1, activeDeadlineSeconds: 60 });
    const untimed = { ...session, spec: { ...session.spec, timeout: 0 } };
    expect(sessionJob(untimed, 1, runtime, settings).spec?.activeDeadlineSeconds).toBeUndefined();
    for (const each of [...(podOf()?.initContainers ?? []), ...(podOf()?.containers ?? [])]) {
      expect(each.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
      });
    }
  });
});
