// One attempt's Job: the pod of DESIGN's runner contract. Images come from the agent registry and the operator's own
// configuration, never from the session.
import {
  BROKER_PORT,
  LABELS,
  PATHS,
  INTEGRATION_SECRETS_NAME,
  RUNNER_SECRETS_NAME,
  SESSION_CONFIGURATION_NAME,
  forbiddenEnvironmentName,
  sessionJobName,
  sessionObjectName,
  type AgentRuntimeSpec,
} from "@pilothouse/contracts";
import {
  type Container,
  type EnvironmentVariable,
  type Job,
  type ResourceRequirements,
  type SecurityContext,
  type Stored,
  type Toleration,
  type Volume,
  type VolumeMount,
} from "@pilothouse/kubernetes";
import type { SessionObject } from "../resources/types.ts";
import { BROKER_CONTAINER, BROKER_TOKEN_KEY, CONFIGURATION_NAME, RUNNER_CONTAINER } from "./names.ts";
import { singlePodJob } from "./single-pod-job.ts";

/** What an installation sets of the broker; undefined = the broker's own default. */
export interface BrokerSettings {
  /** Hosts, comma separated, that an agent may reach through the egress proxy. */
  readonly egressHosts: string | undefined;
  /** Hosts, comma separated, of the installation's own network that tracing may reach. */
  readonly integrationHosts: string | undefined;
  readonly requestsPerMinute: number | undefined;
  readonly maxRequestBytes: number | undefined;
  readonly resources: ResourceRequirements;
}

/** What the installation adds to every session's pod. */
export interface PodSettings {
  readonly brokerImage: string;
  readonly backendUrl: string;
  readonly backendJwks: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly runtimeClass: string | undefined;
  readonly tolerations: readonly Toleration[];
  readonly recordingsDirectory: string | undefined;
  /** Hosts, comma separated, that git reaches through the broker. */
  readonly gitHosts: string | undefined;
  readonly broker: BrokerSettings;
  readonly otlpEndpoint: string | undefined;
  readonly upstreams: { readonly anthropic?: string; readonly google?: string; readonly openai?: string };
}

const KEEP_FINISHED_SECONDS = 3600;
/** The runner's own shutdown must be done before the kubelet's SIGKILL. */
const KILL_MARGIN_SECONDS = 5;

export const RESTRICTED: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

export function sessionJob(
  session: Stored<SessionObject>,
  attempt: number,
  runtime: AgentRuntimeSpec,
  settings: PodSettings,
): Job {
  const { name } = session.metadata;
  const { timeout } = session.spec;
  return singlePodJob(
    session,
    {
      name: sessionJobName(name, attempt),
      labels: { [LABELS.attempt]: String(attempt) },
      keepFinishedSeconds: KEEP_FINISHED_SECONDS,
      deadlineSeconds: timeout === 0 ? undefined : timeout,
      pod: {
        terminationGracePeriodSeconds: runtime.sandbox.terminationGracePeriod,
        initContainers: [brokerContainer(session, settings)],
        containers: [runnerContainer(session, attempt, runtime, settings)],
        volumes: volumes(name),
      },
    },
    settings,
  );
}

/** The volumes that the runner's own files and identity are in. */
export function runnerVolumes(sessionName: string): Volume[] {
  return [
    { name: "workspace", persistentVolumeClaim: { claimName: sessionObjectName(sessionName) } },
    { name: "tmp", emptyDir: {} },
    {
      name: "identity",
      projected: {
        sources: [
          { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
          { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
          { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
        ],
      },
    },
  ];
}

export const RUNNER_MOUNTS: readonly VolumeMount[] = [
  { name: "workspace", mountPath: PATHS.workspace },
  { name: "tmp", mountPath: "/tmp" },
  { name: "identity", mountPath: PATHS.serviceAccount, readOnly: true },
];

/** How a runner finds its session, its files and the backend. */
export function runnerBasics(
  session: Stored<SessionObject>,
  attempt: number,
  settings: PodSettings,
): EnvironmentVariable[] {
  const { name, namespace = "", uid } = session.metadata;
  return [
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ...literals({
      HOME: `${PATHS.workspace}/.home`,
      TMPDIR: "/tmp",
      PILOTHOUSE_PROJECT: namespace,
      PILOTHOUSE_SESSION_NAME: name,
      PILOTHOUSE_SESSION_UID: uid,
      PILOTHOUSE_ATTEMPT: String(attempt),
      PILOTHOUSE_WORKSPACE_DIR: PATHS.workspace,
      PILOTHOUSE_TOKEN_FILE: `${PATHS.serviceAccount}/token`,
      PILOTHOUSE_CA_FILE: `${PATHS.serviceAccount}/ca.crt`,
      PILOTHOUSE_BACKEND_URL: settings.backendUrl,
    }),
  ];
}

function volumes(sessionName: string): Volume[] {
  return [
    ...runnerVolumes(sessionName),
    { name: "runner-secrets", secret: { secretName: RUNNER_SECRETS_NAME, optional: true } },
    { name: "integration-secrets", secret: { secretName: INTEGRATION_SECRETS_NAME, optional: true } },
    { name: "configuration", configMap: { name: CONFIGURATION_NAME, optional: true } },
    { name: "project-configuration", configMap: { name: SESSION_CONFIGURATION_NAME, optional: true } },
  ];
}

function brokerContainer(session: Stored<SessionObject>, settings: PodSettings): Container {
  const { upstreams } = settings;
  return {
    name: BROKER_CONTAINER,
    image: settings.brokerImage,
    // A sidecar: up before the runner, and still there while the runner shuts down.
    restartPolicy: "Always",
    ports: [{ name: "broker", containerPort: BROKER_PORT, protocol: "TCP" }],
    env: [
      ...sidecarEnvironment(session),
      ...literals({
        PILOTHOUSE_PROJECT: session.metadata.namespace,
        PILOTHOUSE_SESSION_NAME: session.metadata.name,
        PILOTHOUSE_SESSION_UID: session.metadata.uid,
        PILOTHOUSE_BROKER_PORT: String(BROKER_PORT),
        PILOTHOUSE_RUNNER_SECRETS_DIR: PATHS.runnerSecrets,
        PILOTHOUSE_INTEGRATION_SECRETS_DIR: PATHS.integrationSecrets,
        PILOTHOUSE_CONFIGURATION_DIR: PATHS.configuration,
        PILOTHOUSE_PROJECT_CONFIGURATION_DIR: PATHS.projectConfiguration,
        PILOTHOUSE_BUDGET: session.spec.budget === undefined ? undefined : JSON.stringify(session.spec.budget),
        PILOTHOUSE_SPENT: spentBefore(session),
        PILOTHOUSE_GIT_HOSTS: settings.gitHosts,
        PILOTHOUSE_EGRESS_HOSTS: settings.broker.egressHosts,
        PILOTHOUSE_INTEGRATION_HOSTS: settings.broker.integrationHosts,
        PILOTHOUSE_MAX_REQUESTS_PER_MINUTE: settings.broker.requestsPerMinute?.toString(),
        PILOTHOUSE_MAX_REQUEST_BYTES: settings.broker.maxRequestBytes?.toString(),
        ANTHROPIC_UPSTREAM_URL: upstreams.anthropic,
        GEMINI_UPSTREAM_URL: upstreams.google,
        OPENAI_UPSTREAM_URL: upstreams.openai,
      }),
    ],
    resources: settings.broker.resources,
    securityContext: { ...RESTRICTED, readOnlyRootFilesystem: true },
    volumeMounts: [
      { name: "runner-secrets", mountPath: PATHS.runnerSecrets, readOnly: true },
      { name: "integration-secrets", mountPath: PATHS.integrationSecrets, readOnly: true },
      { name: "configuration", mountPath: PATHS.configuration, readOnly: true },
      { name: "project-configuration", mountPath: PATHS.projectConfiguration, readOnly: true },
    ],
  };
}

/** What former attempts have used up: a budget is the session's, not the attempt's. */
function spentBefore(session: Stored<SessionObject>): string | undefined {
  const { agent } = session.status ?? {};
  if (agent === undefined || (agent.usage === undefined && agent.turns === 0)) return undefined;
  return JSON.stringify({ ...agent.usage, turns: agent.turns });
}

function runnerContainer(
  session: Stored<SessionObject>,
  attempt: number,
  runtime: AgentRuntimeSpec,
  settings: PodSettings,
): Container {
  const { port, image, resources } = runtime.container;
  const { spec } = session;
  return {
    name: RUNNER_CONTAINER,
    image,
    ports: [{ name: "ag-ui", containerPort: port, protocol: "TCP" }],
    env: runnerEnvironment(session, attempt, runtime, settings),
    resources: {
      requests: { ...resources.requests, ...spec.resources?.requests },
      limits: { ...resources.limits, ...spec.resources?.limits },
    },
    securityContext: RESTRICTED,
    readinessProbe: { httpGet: { path: "/ready", port }, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 3 },
    livenessProbe: {
      httpGet: { path: "/health", port },
      initialDelaySeconds: 30,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
    volumeMounts: [
      ...RUNNER_MOUNTS,
      { name: "configuration", mountPath: PATHS.configuration, readOnly: true },
      { name: "project-configuration", mountPath: PATHS.projectConfiguration, readOnly: true },
    ],
  };
}

function runnerEnvironment(
  session: Stored<SessionObject>,
  attempt: number,
  runtime: AgentRuntimeSpec,
  settings: PodSettings,
): EnvironmentVariable[] {
  const grace = Math.max(1, runtime.sandbox.terminationGracePeriod - KILL_MARGIN_SECONDS);
  const platform: EnvironmentVariable[] = [
    ...sidecarEnvironment(session),
    ...runnerBasics(session, attempt, settings),
    // Not escaped: the kubelet puts the pod's address in.
    { name: "PILOTHOUSE_BROKER_URL", value: `http://$(POD_IP):${BROKER_PORT}` },
    ...literals({
      RUNNER_TYPE: runtime.container.env["RUNNER_TYPE"] ?? runtime.framework,
      PILOTHOUSE_RUNNER_PORT: String(runtime.container.port),
      PILOTHOUSE_BACKEND_JWKS: settings.backendJwks,
      PILOTHOUSE_CONFIGURATION_DIR: PATHS.configuration,
      PILOTHOUSE_PROJECT_CONFIGURATION_DIR: PATHS.projectConfiguration,
      PILOTHOUSE_GIT_HOSTS: settings.gitHosts,
      PILOTHOUSE_GRACE_SECONDS: String(grace),
      PILOTHOUSE_RECORDINGS_DIR: settings.recordingsDirectory,
      OTEL_EXPORTER_OTLP_ENDPOINT: settings.otlpEndpoint,
    }),
  ];
  const taken = new Set(platform.map((variable) => variable.name));
  const registry = literals(runtime.container.env).filter((variable) => !taken.has(variable.name));
  for (const variable of registry) taken.add(variable.name);
  // The CRD refuses forbidden names; a CRD that somebody has loosened must not open the pod.
  const user = literals(session.spec.environmentVariables ?? {}).filter(
    (variable) => !taken.has(variable.name) && forbiddenEnvironmentName(variable.name) === undefined,
  );
  return [...platform, ...registry, ...user];
}

/** What lets the containers of one pod find each other. */
function sidecarEnvironment(session: Stored<SessionObject>): EnvironmentVariable[] {
  return [
    { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
    {
      name: "PILOTHOUSE_BROKER_TOKEN",
      valueFrom: { secretKeyRef: { name: sessionObjectName(session.metadata.name), key: BROKER_TOKEN_KEY } },
    },
  ];
}

/** Values as they are: `$(NAME)` in them must not be expanded by the kubelet. */
export function literals(values: Readonly<Record<string, string | undefined>>): EnvironmentVariable[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: value.replaceAll("$(", "$$$$(") }],
  );
}
