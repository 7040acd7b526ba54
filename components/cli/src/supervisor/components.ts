/** The components that `up` starts, and what each of them is told. They run as on a cluster: by flags and environment. */
import { join } from "node:path";
import type { DataDirectory } from "./data-directory.ts";
import type { ComponentOptions } from "./child.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Keys } from "./keys.ts";
import { OIDC_VARIABLES } from "./oidc.ts";
import type { Ports } from "./ports.ts";
import { ROOT } from "./root.ts";

export type Installation = {
  directory: DataDirectory;
  ports: Ports;
  endpoints: Endpoints;
  keys: Keys;
  caFile: string;
  operatorKubeconfig: string;
  registryFile: string;
  /** Port of the operator's health and metrics server. */
  operatorPort: number;
  /** Where brokers send model traffic, as far as it differs from the providers' own addresses. */
  upstreams: Record<string, string>;
};

const MODELS_FILE = join(ROOT, "deploy", "registries", "models.json");
const PRICES_FILE = join(ROOT, "deploy", "registries", "prices.json");

/** Where git uses the project's tokens; PILOTHOUSE_GIT_HOSTS names others, such as a GitLab of one's own. */
const GIT_HOSTS = "github.com,gitlab.com";

/** What an installation on one machine may set of the operator, by its own variables. */
const OPERATOR_VARIABLES = [
  "PILOTHOUSE_MCP_SERVERS_FILE",
  "PILOTHOUSE_INTEGRATION_ALLOWED_HOSTS",
  "PILOTHOUSE_INTEGRATION_CA_FILE",
  "PILOTHOUSE_GITHUB_API_URL",
  "PILOTHOUSE_EGRESS_HOSTS",
  "PILOTHOUSE_STARTUP_DEADLINE",
  "PILOTHOUSE_INACTIVITY_TIMEOUT",
  "PILOTHOUSE_PROJECT_QUOTA",
];

/** What every child gets from our own environment; nothing else leaks into it. */
function baseEnvironment(): Record<string, string> {
  return inherited(
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "TZ",
    "PILOTHOUSE_LOG_LEVEL",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_TRACES_SAMPLER_ARG",
  );
}

function inherited(...names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function flags(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}

export function operatorComponent(installation: Installation): ComponentOptions {
  const { directory, endpoints, keys, operatorKubeconfig, registryFile, operatorPort, upstreams } = installation;
  return {
    name: "operator",
    args: [
      join(ROOT, "components", "operator", "src", "main.ts"),
      ...flags({
        kubeconfig: operatorKubeconfig,
        "backend-url": endpoints.backend,
        "backend-jwks-file": keys.jwksFile,
        "agent-registry-file": registryFile,
        "models-file": MODELS_FILE,
        "prices-file": PRICES_FILE,
        "broker-image": "pilothouse/broker:0.1.0",
        // A broker sleeps most of the time; see LOCAL_REQUESTS.
        "broker-requests": "cpu=1m,memory=16Mi",
        "health-port": String(operatorPort),
        "recordings-dir": directory.recordings,
        "git-hosts": process.env["PILOTHOUSE_GIT_HOSTS"] ?? GIT_HOSTS,
      }),
    ],
    cwd: directory.operator,
    env: { ...baseEnvironment(), ...inherited(...OPERATOR_VARIABLES), ...upstreams, NODE_ENV: "production" },
    logDirectory: directory.logs,
    readyUrl: `http://127.0.0.1:${operatorPort}/ready`,
  };
}

export function backendComponent(installation: Installation): ComponentOptions {
  const { directory, ports, endpoints, keys, caFile, registryFile } = installation;
  return {
    name: "backend",
    args: [join(ROOT, "components", "backend", "src", "main.ts")],
    cwd: directory.backend,
    env: {
      ...baseEnvironment(),
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: String(ports.backend),
      KUBERNETES_API_URL: endpoints.kubernetes,
      KUBERNETES_CA_FILE: caFile,
      DATA_DIR: directory.backend,
      SIGNING_KEY_FILE: keys.signingKeyFile,
      AGENT_REGISTRY_FILE: registryFile,
      MODELS_FILE,
      FLAGS_FILE: join(ROOT, "deploy", "registries", "flags.json"),
      AUDIT_LOG: join(directory.logs, "audit.log"),
      REPOSITORY_SCHEMES: "https,ssh,http,git,file",
    },
    logDirectory: directory.logs,
    readyUrl: `${endpoints.backend}/ready`,
  };
}

export function publicApiComponent(installation: Installation): ComponentOptions {
  const { directory, ports, endpoints } = installation;
  return {
    name: "public-api",
    args: [join(ROOT, "components", "public-api", "src", "main.ts")],
    cwd: directory.path,
    env: {
      ...baseEnvironment(),
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: String(ports.publicApi),
      BACKEND_URL: endpoints.backend,
    },
    logDirectory: directory.logs,
    readyUrl: `${endpoints.publicApi}/health`,
  };
}

export function frontendComponent(installation: Installation, url: string): ComponentOptions {
  const { directory, ports, endpoints, keys } = installation;
  return {
    name: "frontend",
    args: [join(ROOT, "components", "frontend", "server.mjs")],
    cwd: join(ROOT, "components", "frontend"),
    env: {
      ...baseEnvironment(),
      ...inherited("PILOTHOUSE_UI_BUILD_DIR", "PILOTHOUSE_GALLERY"),
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      HOSTNAME: "127.0.0.1",
      PORT: String(ports.ui),
      PILOTHOUSE_BACKEND_URL: endpoints.backend,
      PILOTHOUSE_COOKIE_KEY_FILE: keys.cookieKeyFile,
      PILOTHOUSE_LOGIN_CODES_DIR: directory.loginCodes,
      PILOTHOUSE_PUBLIC_URL: `http://127.0.0.1:${ports.ui}`,
      ...inherited(...OIDC_VARIABLES, "PILOTHOUSE_TRUSTED_PROXIES", "PILOTHOUSE_PROXY_SIGN_OUT_URL"),
    },
    logDirectory: directory.logs,
    readyUrl: `${url}/login`,
  };
}

/** The simulated model that `up --simulate-model` starts in place of a provider. */
export function simulatorComponent(directory: DataDirectory, port: number): ComponentOptions {
  return {
    name: "model-simulator",
    args: [join(ROOT, "packages", "model-simulator", "src", "main.ts"), "--port", String(port)],
    cwd: directory.path,
    env: baseEnvironment(),
    logDirectory: directory.logs,
    readyUrl: `http://127.0.0.1:${port}/health`,
  };
}
