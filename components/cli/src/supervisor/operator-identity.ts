/** The operator's own ServiceAccount token, asked for as a kubelet would and renewed long before it expires. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPERATOR_SERVICE_ACCOUNT, SYSTEM_NAMESPACE } from "@pilothouse/contracts";
import type { KubernetesClient } from "@pilothouse/kubernetes";
import { stringify } from "yaml";
import { z } from "zod";

const LIFETIME_SECONDS = 24 * 60 * 60;
const RENEWAL_MS = 60 * 60 * 1000;

const TokenAnswer = z.object({ status: z.object({ token: z.string() }) });

/**
 * Writes a kubeconfig for the operator into `folder` and keeps its token fresh until `signal` aborts.
 * @returns the kubeconfig's path
 */
export async function operatorKubeconfig(
  client: KubernetesClient,
  cluster: { url: string; caFile: string },
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const tokenFile = join(folder, "token");
  const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/serviceaccounts/${OPERATOR_SERVICE_ACCOUNT}/token`;
  const renew = async (): Promise<void> => {
    const body = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: LIFETIME_SECONDS },
    };
    const answer = TokenAnswer.parse(await client.request({ method: "POST", path, body, signal }));
    writeFileSync(`${tokenFile}.new`, answer.status.token, { mode: 0o600 });
    renameSync(`${tokenFile}.new`, tokenFile);
  };
  await renew();
  const timer = setInterval(() => {
    // The present token is good for 23 hours more, and the next tick tries again.
    renew().catch(() => undefined);
  }, RENEWAL_MS);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });

  const kubeconfig = join(folder, "kubeconfig");
  const configuration = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "local", cluster: { server: cluster.url, "certificate-authority": cluster.caFile } }],
    users: [{ name: "operator", user: { tokenFile } }],
    contexts: [{ name: "local", context: { cluster: "local", user: "operator" } }],
    "current-context": "local",
  };
  writeFileSync(kubeconfig, stringify(configuration), { mode: 0o600 });
  return kubeconfig;
}
