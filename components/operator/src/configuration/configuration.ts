// What the operator is told, by flags or environment variables, checked as a whole before anything starts.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import type { Toleration } from "@pilothouse/kubernetes";
import { OperatorError } from "../errors.ts";
import type { BrokerSettings } from "../session/job.ts";
import { GitHosts, Hosts, HttpUrl, Pairs, Port, Seconds, Tolerations } from "./values.ts";

const Settings = z.object({
  kubeconfig: z.string().optional(),
  "backend-url": HttpUrl,
  "backend-jwks-file": z.string().min(1),
  "agent-registry-file": z.string().default("/config/registry/agent-registry.json"),
  "models-file": z.string().default("/config/registry/models.json"),
  "prices-file": z.string().optional(),
  "mcp-servers-file": z.string().optional(),
  "broker-image": z.string().min(1),
  "health-host": z.string().default("127.0.0.1"),
  "health-port": Port.default(8080),
  "log-level": z.string().default("info"),
  workers: z.coerce.number().int().min(1).max(64).default(16),
  "leader-election": z.stringbool().default(true),
  // A leader that has died is replaced within this and one look more: inside 15 s.
  "lease-duration": Seconds.default(10),
  "startup-deadline": Seconds.default(600),
  "retry-limit": z.coerce.number().int().min(0).max(20).default(3),
  "inactivity-timeout": Seconds.default(86_400),
  "force-delete-after": Seconds.default(20),
  "transcript-deadline": Seconds.default(3600),
  "resync-interval": Seconds.default(600),
  "node-selector": Pairs.default({}),
  "runtime-class": z.string().optional(),
  tolerations: Tolerations.default([]),
  "storage-class": z.string().optional(),
  "project-quota": Pairs.default({}),
  "recordings-dir": z.string().optional(),
  "git-hosts": GitHosts.optional(),
  "egress-hosts": Hosts.optional(),
  "max-requests-per-minute": z.coerce.number().int().min(1).optional(),
  "broker-requests": Pairs.default({ cpu: "10m", memory: "64Mi" }),
  "broker-limits": Pairs.default({ memory: "256Mi" }),
  "max-request-bytes": z.coerce.number().int().min(1024).optional(),
  "integration-allowed-hosts": Hosts.default([]),
  "integration-ca-file": z.string().optional(),
  "github-api-url": HttpUrl.default("https://api.github.com"),
  "monitoring-selector": Pairs.default({ "pilothouse.dev/monitoring": "true" }),
  "anthropic-upstream-url": HttpUrl.optional(),
  "gemini-upstream-url": HttpUrl.optional(),
  "openai-upstream-url": HttpUrl.optional(),
  "otlp-endpoint": z.string().optional(),
});
type Name = keyof typeof Settings.shape;

/** Environment variables that are known by another name than `PILOTHOUSE_<FLAG>`. */
const ENVIRONMENT_NAMES: Partial<Record<Name, string>> = {
  kubeconfig: "KUBECONFIG",
  "anthropic-upstream-url": "ANTHROPIC_UPSTREAM_URL",
  "gemini-upstream-url": "GEMINI_UPSTREAM_URL",
  "openai-upstream-url": "OPENAI_UPSTREAM_URL",
  "otlp-endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
};

const names = Object.keys(Settings.shape) as Name[];

export interface Configuration {
  readonly kubeconfig: string | undefined;
  /** Where runners push transcripts, and where the operator has them removed. No trailing slash. */
  readonly backendUrl: string;
  /** Public keys that sign the backend's grants, as JSON. */
  readonly backendJwks: string;
  readonly agentRegistryFile: string;
  readonly modelsFile: string;
  readonly pricesFile: string | undefined;
  /** Tool servers that the installation gives to every session. */
  readonly mcpServersFile: string | undefined;
  readonly brokerImage: string;
  readonly health: { readonly host: string; readonly port: number };
  readonly logLevel: string;
  readonly workers: number;
  readonly leaderElection: { readonly enabled: boolean; readonly leaseSeconds: number };
  readonly resyncMilliseconds: number;
  readonly lifecycle: {
    readonly startupDeadlineMilliseconds: number;
    readonly retryLimit: number;
    readonly inactivityTimeoutSeconds: number;
    readonly forceDeleteAfterMilliseconds: number;
    readonly transcriptDeadlineMilliseconds: number;
  };
  readonly pod: {
    readonly nodeSelector: Readonly<Record<string, string>>;
    readonly runtimeClass: string | undefined;
    readonly tolerations: readonly Toleration[];
    readonly storageClass: string | undefined;
    readonly recordingsDirectory: string | undefined;
    readonly gitHosts: string | undefined;
    readonly otlpEndpoint: string | undefined;
    readonly broker: BrokerSettings;
  };
  readonly integrations: {
    /** Hosts that may lead to private addresses: services of the installation's own network. */
    readonly allowedHosts: readonly string[];
    /** PEM of authorities that are trusted besides the usual ones. */
    readonly certificateAuthorities: string | undefined;
    readonly githubApiUrl: string;
  };
  /** Labels of the namespaces whose pods may read the metrics of sessions. */
  readonly monitoringSelector: Readonly<Record<string, string>>;
  /** Hard limits of each project's ResourceQuota; none = no quota. */
  readonly projectQuota: Readonly<Record<string, string>>;
  /** Upstreams that the installation has set, by model provider. */
  readonly upstreams: { readonly anthropic?: string; readonly google?: string; readonly openai?: string };
}

export async function loadConfiguration(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Configuration> {
  const settings = parseSettings(args, environment);
  const backendJwks = await readJwks(settings["backend-jwks-file"]);
  return {
    kubeconfig: settings.kubeconfig,
    backendUrl: settings["backend-url"],
    backendJwks,
    agentRegistryFile: settings["agent-registry-file"],
    modelsFile: settings["models-file"],
    pricesFile: settings["prices-file"] ?? path.join(path.dirname(settings["models-file"]), "prices.json"),
    mcpServersFile: settings["mcp-servers-file"],
    brokerImage: settings["broker-image"],
    health: { host: settings["health-host"], port: settings["health-port"] },
    logLevel: settings["log-level"],
    workers: settings.workers,
    leaderElection: { enabled: settings["leader-election"], leaseSeconds: settings["lease-duration"] },
    resyncMilliseconds: settings["resync-interval"] * 1000,
    lifecycle: {
      startupDeadlineMilliseconds: settings["startup-deadline"] * 1000,
      retryLimit: settings["retry-limit"],
      inactivityTimeoutSeconds: settings["inactivity-timeout"],
      forceDeleteAfterMilliseconds: settings["force-delete-after"] * 1000,
      transcriptDeadlineMilliseconds: settings["transcript-deadline"] * 1000,
    },
    pod: {
      nodeSelector: settings["node-selector"],
      runtimeClass: settings["runtime-class"],
      tolerations: settings.tolerations,
      storageClass: settings["storage-class"],
      recordingsDirectory: settings["recordings-dir"],
      gitHosts: settings["git-hosts"],
      otlpEndpoint: settings["otlp-endpoint"],
      broker: {
        egressHosts: settings["egress-hosts"]?.join(","),
        integrationHosts: settings["integration-allowed-hosts"].join(",") || undefined,
        requestsPerMinute: settings["max-requests-per-minute"],
        maxRequestBytes: settings["max-request-bytes"],
        resources: { requests: settings["broker-requests"], limits: settings["broker-limits"] },
      },
    },
    integrations: {
      allowedHosts: settings["integration-allowed-hosts"],
      certificateAuthorities: await readAuthorities(settings["integration-ca-file"]),
      githubApiUrl: settings["github-api-url"],
    },
    monitoringSelector: settings["monitoring-selector"],
    projectQuota: settings["project-quota"],
    upstreams: {
      ...(settings["anthropic-upstream-url"] === undefined ? {} : { anthropic: settings["anthropic-upstream-url"] }),
      ...(settings["gemini-upstream-url"] === undefined ? {} : { google: settings["gemini-upstream-url"] }),
      ...(settings["openai-upstream-url"] === undefined ? {} : { openai: settings["openai-upstream-url"] }),
    },
  };
}

function parseSettings(args: readonly string[], environment: Readonly<Record<string, string | undefined>>) {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  let flags: Record<string, string | undefined>;
  try {
    flags = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(
      "CONFIGURATION_INVALID",
      `${reason}. Known flags: ${names.map((name) => `--${name}`).join(" ")}`,
    );
  }
  const raw: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const variable = ENVIRONMENT_NAMES[name] ?? `PILOTHOUSE_${name.toUpperCase().replaceAll("-", "_")}`;
    const value = flags[name] ?? environment[variable];
    if (value !== undefined && value !== "") raw[name] = value;
  }
  const parsed = Settings.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `--${issue.path.join(".")}: ${issue.message}`);
  throw new OperatorError("CONFIGURATION_INVALID", issues.join("; "));
}

async function readAuthorities(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    const options = { cause: error };
    throw new OperatorError("CONFIGURATION_INVALID", `--integration-ca-file: ${file} cannot be read`, options);
  });
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new OperatorError("CONFIGURATION_INVALID", `--integration-ca-file: ${file} holds no certificate in PEM`);
}

const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

async function readJwks(file: string): Promise<string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new OperatorError("CONFIGURATION_INVALID", `--backend-jwks-file: ${file} cannot be read as JSON`, {
      cause: error,
    });
  }
  const jwks = Jwks.safeParse(parsed);
  if (!jwks.success) throw new OperatorError("CONFIGURATION_INVALID", `--backend-jwks-file: ${file} holds no keys`);
  const secret = jwks.data.keys.some((key) => "d" in key || "k" in key);
  // Every pod gets this text: a private key in it would be in every agent's reach.
  if (secret)
    throw new OperatorError(
      "CONFIGURATION_INVALID",
      `--backend-jwks-file: ${file} holds a private key; runners need the public ones`,
    );
  return JSON.stringify(jwks.data);
}
