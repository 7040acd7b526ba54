// An installation for the histories: one runner type, nothing special.
import type { Registries } from "../../src/configuration/registries.ts";
import type { PodSettings } from "../../src/session/job.ts";

const RUNTIME = {
  id: "runner",
  displayName: "Runner",
  description: "",
  framework: "replay",
  provider: "anthropic",
  container: { image: "runner", port: 8001, env: {}, resources: { requests: {}, limits: {} } },
  sandbox: { stateDir: "/workspace", workspaceSize: "1Gi", terminationGracePeriod: 5, seed: { cloneRepos: true } },
  auth: { requiredSecretKeys: ["KEY"], secretKeyLogic: "any" as const },
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
export const REGISTRIES: Registries = {
  agents: [RUNTIME],
  models: {
    version: 1,
    defaultModel: "m",
    providerDefaults: {},
    models: [{ id: "m", label: "m", provider: "x", available: true, featureGated: false }],
  },
};
export const POD: PodSettings = {
  brokerImage: "broker",
  backendUrl: "http://backend",
  backendJwks: "{}",
  nodeSelector: {},
  runtimeClass: undefined,
  tolerations: [],
  broker: {
    egressHosts: undefined,
    integrationHosts: undefined,
    requestsPerMinute: undefined,
    maxRequestBytes: undefined,
    resources: { requests: { cpu: "10m" } },
  },
  recordingsDirectory: undefined,
  gitHosts: undefined,
  otlpEndpoint: undefined,
  upstreams: {},
};
