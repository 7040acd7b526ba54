/** Health, readiness, metrics, version, and what cluster this is. Open to all. */
import {
  API_GROUP,
  API_VERSION,
  ClusterInfo,
  HealthAnswer,
  ReadyAnswer,
  SYSTEM_NAMESPACE,
  VersionAnswer,
} from "@pilothouse/contracts";
import { ConnectionError, type KubernetesClient } from "@pilothouse/kubernetes";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Registry } from "prom-client";
import { z } from "zod";
import { tokenOf } from "../identity/token.ts";

export interface OperationsDependencies {
  readonly version: string;
  readonly metrics: Registry;
  /** Named checks; a string says what is wrong. */
  readonly checks: Readonly<Record<string, () => Promise<string | undefined>>>;
  /** Checks that readiness reports but does not wait for. */
  readonly advisory: ReadonlySet<string>;
}

const tags = ["operations"];

export function healthRoutes({ metrics, checks, advisory }: OperationsDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/health", {
      config: { access: "open" },
      schema: { tags, summary: "Whether the process lives", response: { 200: HealthAnswer } },
      handler: async () => ({ status: "healthy" as const }),
    });

    app.get("/ready", {
      config: { access: "open" },
      schema: { tags, summary: "Whether it can serve", response: { 200: ReadyAnswer, 503: ReadyAnswer } },
      handler: async (_request, reply) => {
        const results = await Promise.all(
          Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
        );
        const failing = results.some(([name, problem]) => problem !== undefined && !advisory.has(name));
        return reply.code(failing ? 503 : 200).send({
          status: failing ? "not_ready" : "ready",
          checks: Object.fromEntries(
            results.map(([name, message]) => [name, message === undefined ? { ok: true } : { ok: false, message }]),
          ),
        });
      },
    });

    app.get("/metrics", {
      config: { access: "open", api: { bytes: ["text/plain"] } },
      schema: { tags, summary: "Prometheus metrics" },
      handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
    });
  };
}

const KubernetesVersion = z.object({ gitVersion: z.string() });

export function platformRoutes(version: string, anonymous: KubernetesClient): FastifyPluginAsyncZod {
  return async (app) => {
    app.get("/version", {
      config: { access: "open" },
      schema: { tags, summary: "Version of this backend", response: { 200: VersionAnswer } },
      handler: async () => ({ version }),
    });

    app.get("/cluster-info", {
      config: { access: "open" },
      schema: { tags, summary: "The cluster behind this backend", response: { 200: ClusterInfo } },
      handler: async (request) => {
        const token = tokenOf(request.headers);
        const client = token === undefined ? anonymous : anonymous.withToken(token);
        return {
          kubernetesVersion: await kubernetesVersion(client),
          isOpenShift: await isOpenShift(client),
          apiGroup: API_GROUP,
          apiVersion: API_VERSION,
          systemNamespace: SYSTEM_NAMESPACE,
        };
      },
    });
  };
}

async function kubernetesVersion(client: KubernetesClient): Promise<string | null> {
  try {
    return KubernetesVersion.parse(await client.request({ method: "GET", path: "/version" })).gitVersion;
  } catch {
    return null;
  }
}

/** Any answer will do: the question is whether the API server can be reached, not whether it knows us. */
export async function kubernetesAnswers(client: KubernetesClient): Promise<string | undefined> {
  try {
    await client.request({ method: "GET", path: "/version", signal: AbortSignal.timeout(3_000) });
    return undefined;
  } catch (error) {
    if (error instanceof ConnectionError) return error.message;
    return error instanceof Error && error.name === "TimeoutError"
      ? "the Kubernetes API does not answer in time"
      : undefined;
  }
}

const ApiGroups = z.object({ groups: z.array(z.object({ name: z.string() })) });

async function isOpenShift(client: KubernetesClient): Promise<boolean> {
  try {
    const { groups } = ApiGroups.parse(await client.request({ method: "GET", path: "/apis" }));
    return groups.some(({ name }) => name === "route.openshift.io");
  } catch {
    return false;
  }
}
