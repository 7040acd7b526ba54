/**
 * The environment that the operator gives to the containers of a session's pod, and the paths in it.
 * Everything path-valued is handed over by name, so that neither container assumes a mount path.
 */
import { z } from "zod";

export const RUNNER_PORT = 8001;
export const BROKER_PORT = 8002;

/** Mount paths that the operator uses. */
export const PATHS = {
  workspace: "/workspace",
  runnerSecrets: "/var/run/secrets/pilothouse/runner-secrets",
  integrationSecrets: "/var/run/secrets/pilothouse/integration-secrets",
  /** models.json, prices.json of the installation, mounted into the broker and the runner. */
  configuration: "/etc/pilothouse",
  /** What the project and the installation set for its sessions (ConfigMap SESSION_CONFIGURATION_NAME). Not below another mount: nothing can be mounted inside a volume that is read-only. */
  projectConfiguration: "/etc/pilothouse-project",
  serviceAccount: "/var/run/secrets/kubernetes.io/serviceaccount",
} as const;

/** Process exit codes of the runner. */
export const EXIT_CODES = { done: 0, agentError: 1, prerequisiteMissing: 2, stopped: 143 } as const;

const Port = z.coerce.number().int().min(0).max(65_535);

/**
 * `attempt`: serve the session. `handover`: bring what a former attempt left on the volume to the transcript store, and
 * end; there is no broker then, and no agent.
 */
export const RunnerMode = z.enum(["attempt", "handover"]);

/** What the `runner` container gets. All values are strings, as environment variables are. */
export const RunnerEnvironment = z.object({
  PILOTHOUSE_RUNNER_MODE: RunnerMode.default("attempt"),
  RUNNER_TYPE: z.string().min(1).default("claude-agent-sdk").describe("Which bridge to load"),
  POD_IP: z.string().min(1).describe("Address to listen on (status.podIP)"),
  POD_NAME: z.string().min(1).default("runner"),
  PILOTHOUSE_RUNNER_PORT: Port.default(RUNNER_PORT),
  PILOTHOUSE_PROJECT: z.string().min(1).describe("Namespace of the session"),
  PILOTHOUSE_SESSION_NAME: z.string().min(1),
  PILOTHOUSE_SESSION_UID: z.string().min(1),
  PILOTHOUSE_ATTEMPT: z.coerce.number().int().min(1).default(1),
  PILOTHOUSE_WORKSPACE_DIR: z.string().min(1).describe("Where the session's PVC is mounted"),
  PILOTHOUSE_KUBERNETES_API_URL: z.string().optional().describe("Default: from KUBERNETES_SERVICE_HOST and _PORT"),
  PILOTHOUSE_TOKEN_FILE: z.string().min(1).describe("The pod's ServiceAccount token, rotated in place"),
  PILOTHOUSE_CA_FILE: z.string().min(1).describe("CA of the Kubernetes API"),
  PILOTHOUSE_BACKEND_URL: z.string().min(1),
  PILOTHOUSE_BACKEND_JWKS: z.string().min(1).describe("Public keys (JWKS, JSON) that sign the backend's grants"),
  PILOTHOUSE_BROKER_URL: z.string().min(1).describe("http://$(POD_IP):8002"),
  PILOTHOUSE_BROKER_TOKEN: z.string().min(1).describe("Opens this pod's broker and nothing else"),
  PILOTHOUSE_CONFIGURATION_DIR: z.string().optional().describe("models.json and prices.json"),
  PILOTHOUSE_PROJECT_CONFIGURATION_DIR: z.string().optional().describe("mcp-servers.json, re-read when it changes"),
  PILOTHOUSE_GIT_HOSTS: z.string().default("").describe("Hosts, comma separated, that git reaches through the broker"),
  PILOTHOUSE_TERMINATION_MESSAGE_FILE: z.string().default("/dev/termination-log"),
  PILOTHOUSE_GRACE_SECONDS: z.coerce.number().int().min(1).default(60),
  PILOTHOUSE_RECORDINGS_DIR: z.string().optional().describe("More recordings for the replay bridge"),
  PILOTHOUSE_LOG_LEVEL: z.string().default("info"),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
});
export type RunnerEnvironment = z.infer<typeof RunnerEnvironment>;

/** What the `runner` container gets that hands over: no key to anything but its session and the transcript store. */
export const HandoverEnvironment = RunnerEnvironment.omit({
  RUNNER_TYPE: true,
  POD_IP: true,
  PILOTHOUSE_RUNNER_PORT: true,
  PILOTHOUSE_BACKEND_JWKS: true,
  PILOTHOUSE_BROKER_URL: true,
  PILOTHOUSE_BROKER_TOKEN: true,
});
export type HandoverEnvironment = z.infer<typeof HandoverEnvironment>;

/** What the `broker` container gets. */
export const BrokerEnvironment = z.object({
  POD_IP: z.string().min(1),
  PILOTHOUSE_BROKER_PORT: Port.default(BROKER_PORT),
  PILOTHOUSE_BROKER_TOKEN: z.string().min(1),
  PILOTHOUSE_PROJECT: z.string().min(1),
  PILOTHOUSE_SESSION_NAME: z.string().min(1),
  PILOTHOUSE_SESSION_UID: z.string().min(1),
  PILOTHOUSE_RUNNER_SECRETS_DIR: z.string().min(1),
  PILOTHOUSE_INTEGRATION_SECRETS_DIR: z.string().optional(),
  PILOTHOUSE_CONFIGURATION_DIR: z.string().optional(),
  PILOTHOUSE_PROJECT_CONFIGURATION_DIR: z.string().optional().describe("mcp-servers.json, re-read when it changes"),
  PILOTHOUSE_BUDGET: z.string().optional().describe("JSON {maxCostUsd?, maxTokens?, maxTurns?} of the session's spec"),
  PILOTHOUSE_SPENT: z
    .string()
    .optional()
    .describe("JSON Usage and turns: what former attempts spent, from status.agent"),
  PILOTHOUSE_GIT_HOSTS: z.string().default("").describe("Hosts, comma separated, for which git credentials are given"),
  PILOTHOUSE_EGRESS_HOSTS: z
    .string()
    .default("")
    .describe("HOST, *.HOST or HOST:PORT that the egress proxy lets through"),
  PILOTHOUSE_INTEGRATION_HOSTS: z
    .string()
    .default("")
    .describe("Hosts that tracing may reach at an address that is not public, or without TLS"),
  PILOTHOUSE_MAX_REQUESTS_PER_MINUTE: z.coerce.number().min(1).default(600).describe("Model requests of one session"),
  PILOTHOUSE_MAX_REQUEST_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(64 * 1024 * 1024),
  ANTHROPIC_UPSTREAM_URL: z.string().default("https://api.anthropic.com"),
  GEMINI_UPSTREAM_URL: z.string().default("https://generativelanguage.googleapis.com"),
  OPENAI_UPSTREAM_URL: z.string().default("https://api.openai.com"),
  PILOTHOUSE_LOG_LEVEL: z.string().default("info"),
});
export type BrokerEnvironment = z.infer<typeof BrokerEnvironment>;

/** Set by a supervisor that wants its children to end with it: a process then exits when its standard input closes. */
export const EXIT_WITH_PARENT = "PILOTHOUSE_EXIT_WITH_PARENT";
