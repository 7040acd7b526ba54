/** The backend's configuration: environment variables, checked at the start. docs/guide/rest.md has them as a table. */
import { readFileSync } from "node:fs";
import { OPERATOR_SERVICE_ACCOUNT, SYSTEM_NAMESPACE, serviceAccountUser } from "@pilothouse/contracts";
import { ConfigurationProblem, TracingEnvironment, readEnvironment } from "@pilothouse/server";
import { z } from "zod";

const List = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

export const BackendEnvironment = z.object({
  HOST: z.string().min(1).default("0.0.0.0").describe("Address to listen on"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe("Port to listen on; 0 = any free one"),
  KUBERNETES_API_URL: z.url().optional().describe("Default: from KUBERNETES_SERVICE_HOST and _PORT"),
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z.string().optional(),
  KUBERNETES_CA_FILE: z
    .string()
    .default("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt")
    .describe("CA of the Kubernetes API"),
  DATA_DIR: z.string().min(1).default("/var/lib/pilothouse").describe("Folder of the SQLite store"),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must be a postgres:// address")
    .optional()
    .describe("A PostgreSQL database in place of SQLite; needed for more than one replica"),
  ARCHIVE_URL: z
    .string()
    .regex(/^(file:\/\/\/.+|s3:\/\/[a-z0-9][a-z0-9.-]+(\/[A-Za-z0-9._/-]*)?)$/, "must be file:///… or s3://bucket/…")
    .optional()
    .describe("Where sessions' artifacts are kept; default: DATA_DIR/archives, or the database where it is PostgreSQL"),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("S3-compatible storage; default: AWS"),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default("us-east-1")
    .describe("Region that requests are signed for"),
  AWS_ACCESS_KEY_ID: z.string().optional().describe("Credential of the storage"),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
  RETENTION_DAYS: z.coerce
    .number()
    .min(0)
    .max(36_500)
    .default(0)
    .describe("Days after its end that a session's transcript and archive are kept; 0 = as long as the session"),
  SIGNING_KEY_FILE: z.string().min(1).describe("Ed25519 private key (PKCS#8 PEM) that signs grants for runners"),
  AGENT_REGISTRY_FILE: z.string().default("/config/registry/agent-registry.json").describe("Runner types"),
  MODELS_FILE: z.string().default("/config/registry/models.json").describe("Models"),
  FLAGS_FILE: z.string().optional().describe("Feature flags; without it every flag is off unless a project overrides"),
  UNLEASH_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Unleash, in front of the flags file"),
  UNLEASH_API_TOKEN: z.string().min(1).optional().describe("A client token of Unleash"),
  UNLEASH_REFRESH_SECONDS: z.coerce.number().min(1).max(3600).default(15).describe("How often Unleash is asked"),
  REPOSITORY_SCHEMES: List.default(["https", "ssh"]).describe("Schemes of repository addresses, comma separated"),
  OPERATOR_IDENTITY: z
    .string()
    .default(serviceAccountUser(SYSTEM_NAMESPACE, OPERATOR_SERVICE_ACCOUNT))
    .describe("User name that may delete transcripts"),
  INTEGRATION_TEST_SECONDS: z.coerce
    .number()
    .min(1)
    .max(60)
    .default(15)
    .describe("Longest wait for the operator to test a credential"),
  MAX_WATCHES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(5_000)
    .describe("Sessions and lists that are followed at once; each caller's is a connection to the Kubernetes API"),
  AUDIT_LOG: z.string().default("stderr").describe("stderr, off, or a file to append to"),
  ...TracingEnvironment.shape,
  PILOTHOUSE_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  SHUTDOWN_SECONDS: z.coerce.number().min(0).max(600).default(10).describe("Longest wait for requests at the end"),
});
export type BackendEnvironment = z.output<typeof BackendEnvironment>;

export interface Configuration {
  readonly environment: BackendEnvironment;
  readonly kubernetes: { readonly server: string; readonly certificateAuthority: string | undefined };
  readonly signingKey: string;
}

export function loadConfiguration(variables: Readonly<Record<string, string | undefined>>): Configuration {
  const environment = readEnvironment(BackendEnvironment, variables);
  const server = environment.KUBERNETES_API_URL ?? inClusterServer(environment);
  const secure = server.startsWith("https:");
  return {
    environment,
    kubernetes: { server, certificateAuthority: secure ? read(environment, "KUBERNETES_CA_FILE") : undefined },
    signingKey: read(environment, "SIGNING_KEY_FILE"),
  };
}

function inClusterServer(environment: BackendEnvironment): string {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host === undefined || port === undefined) {
    throw new ConfigurationProblem("configuration: KUBERNETES_API_URL: needed outside a cluster");
  }
  return `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function read(environment: BackendEnvironment, name: "KUBERNETES_CA_FILE" | "SIGNING_KEY_FILE"): string {
  try {
    return readFileSync(environment[name], "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationProblem(`configuration: ${name}: ${reason}`);
  }
}
