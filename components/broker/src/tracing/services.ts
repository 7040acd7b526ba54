/** Where traces may be sent: which keys open a service, where it is, and which of its calls a session may make. */
import type { SecretStore } from "../secrets/store.ts";

export type TracingName = "langfuse" | "langsmith";

export interface TracingService {
  readonly name: TracingName;
  readonly label: string;
  /** Key of the integration secret with the service's address. */
  readonly addressKey: string;
  readonly officialUrl: string;
  /** True for calls that write. None reads: what other sessions traced is not this agent's to see. */
  allows(method: string, path: string): boolean;
  /** Undefined when the project has not set all keys of it. */
  headers(secrets: SecretStore): Promise<Readonly<Record<string, string>> | undefined>;
}

const RUN = /^\/runs\/[0-9a-f-]{36}$/i;

export const TRACING_SERVICES: readonly TracingService[] = [
  {
    name: "langfuse",
    label: "Langfuse",
    addressKey: "LANGFUSE_BASE_URL",
    officialUrl: "https://cloud.langfuse.com",
    allows: (method, path) =>
      method === "POST" && ["/api/public/otel/v1/traces", "/api/public/ingestion", "/api/public/scores"].includes(path),
    async headers(secrets) {
      const [publicKey, secretKey] = await Promise.all([
        secrets.get("LANGFUSE_PUBLIC_KEY"),
        secrets.get("LANGFUSE_SECRET_KEY"),
      ]);
      if (publicKey === undefined || secretKey === undefined) return undefined;
      const credentials = Buffer.from(`${publicKey}:${secretKey}`).toString("base64");
      return { authorization: `Basic ${credentials}`, "x-langfuse-public-key": publicKey };
    },
  },
  {
    name: "langsmith",
    label: "LangSmith",
    addressKey: "LANGSMITH_ENDPOINT",
    officialUrl: "https://api.smith.langchain.com",
    allows: (method, path) =>
      (method === "GET" && path === "/info") ||
      (method === "POST" && ["/runs", "/runs/batch", "/runs/multipart", "/feedback"].includes(path)) ||
      (method === "PATCH" && RUN.test(path)),
    async headers(secrets) {
      const key = await secrets.get("LANGSMITH_API_KEY");
      return key === undefined ? undefined : { "x-api-key": key };
    },
  },
];
