// The connection of a process that runs in a pod: address from the environment, token and CA from the service account's mount.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { ConfigurationError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { tokenFromFile } from "./token-source.ts";

export const SERVICE_ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface InClusterOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Folder with `token`, `ca.crt` and `namespace`. */
  readonly folder?: string;
  /** Each overrides the file of that role in `folder`. */
  readonly tokenFile?: string;
  readonly certificateAuthorityFile?: string;
}

export async function loadInCluster(options: InClusterOptions = {}): Promise<Connection> {
  const environment = options.environment ?? process.env;
  const folder = options.folder ?? SERVICE_ACCOUNT_FOLDER;
  const host = environment["KUBERNETES_SERVICE_HOST"];
  const port = environment["KUBERNETES_SERVICE_PORT"];
  if (!host || !port) {
    const message =
      "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; name a kubeconfig instead";
    throw new ConfigurationError("NOT_IN_CLUSTER", message);
  }
  const certificateAuthorityFile = options.certificateAuthorityFile ?? path.join(folder, "ca.crt");
  let certificateAuthority: string;
  try {
    certificateAuthority = await readFile(certificateAuthorityFile, "utf8");
  } catch (error) {
    throw new ConfigurationError(
      "NOT_IN_CLUSTER",
      `${certificateAuthorityFile} cannot be read: is a service account mounted?`,
      { cause: error },
    );
  }
  const namespace = await readFile(path.join(folder, "namespace"), "utf8").catch(() => "default");
  const literal = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return {
    transport: { server: `https://${literal}:${port}`, certificateAuthority },
    token: tokenFromFile(options.tokenFile ?? path.join(folder, "token")),
    namespace: namespace.trim(),
  };
}
