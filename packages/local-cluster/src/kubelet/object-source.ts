/** What pods take from the API: Secrets, ConfigMaps, claims, and tokens of their ServiceAccounts. */
import {
  configMaps,
  type ConfigMap,
  type KubernetesClient,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  secrets,
  type Secret,
  serviceAccounts,
  type Stored,
} from "@pilothouse/kubernetes";
import { KubeletError } from "./errors.ts";

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: number;
}

export interface ObjectSource {
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  claim(namespace: string, name: string): Promise<Stored<PersistentVolumeClaim> | undefined>;
  token(pod: Stored<Pod>, audience: string | undefined, expirationSeconds: number): Promise<IssuedToken>;
}

export class ApiObjectSource implements ObjectSource {
  readonly #client: KubernetesClient;

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  secret(namespace: string, name: string): Promise<Secret | undefined> {
    return this.#client.find(secrets, { namespace, name });
  }

  configMap(namespace: string, name: string): Promise<ConfigMap | undefined> {
    return this.#client.find(configMaps, { namespace, name });
  }

  claim(namespace: string, name: string): Promise<Stored<PersistentVolumeClaim> | undefined> {
    return this.#client.find(persistentVolumeClaims, { namespace, name });
  }

  /** A token that is bound to the pod: it dies with it. */
  async token(pod: Stored<Pod>, audience: string | undefined, expirationSeconds: number): Promise<IssuedToken> {
    const { name, namespace = "", uid } = pod.metadata;
    const answer = await this.#client.createSubresource(
      serviceAccounts,
      { namespace, name: pod.spec?.serviceAccountName ?? "default" },
      "token",
      {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: {
          audiences: audience === undefined || audience === "" ? [] : [audience],
          expirationSeconds,
          boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
        },
      } as object,
    );
    const { token, expirationTimestamp } =
      (answer as { status?: { token?: unknown; expirationTimestamp?: unknown } }).status ?? {};
    if (typeof token !== "string" || typeof expirationTimestamp !== "string") {
      throw new KubeletError("VOLUME", `the API server issued no token for pod ${namespace}/${name}`);
    }
    return { token, expiresAt: Date.parse(expirationTimestamp) };
  }
}
