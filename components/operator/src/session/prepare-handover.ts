// Before the Job that hands over what a runner left: nobody uses the volume, it is still there, and there is somebody to
// hand over to. Nothing is made that the session does not need for it; a volume that is gone stays gone.
import { sessionObjectName, type AgentRuntimeSpec } from "@pilothouse/contracts";
import { persistentVolumeClaims, serviceAccounts, type KubernetesClient, type Stored } from "@pilothouse/kubernetes";
import type { SessionObject } from "../resources/types.ts";
import type { TranscriptStore } from "../transcript/transcript-store.ts";
import type { Preparation } from "./observation.ts";
import { sessionObjects } from "./objects.ts";
import { blocked, ensure, ensureAccess, formerAlive, ownership } from "./prepare.ts";

export async function prepareHandover(
  client: KubernetesClient,
  transcripts: TranscriptStore,
  session: Stored<SessionObject>,
  runtime: AgentRuntimeSpec,
  signal: AbortSignal,
): Promise<Preparation> {
  const former = await formerAlive(client, session, undefined, signal);
  if (former !== undefined) return blocked("FormerPodAlive", `waiting for ${former} to end`);
  const { namespace } = session.metadata;
  const name = sessionObjectName(session.metadata.name);
  const claim = await client.find(persistentVolumeClaims, { namespace, name }, { signal });
  if (claim === undefined || claim.metadata.deletionTimestamp !== undefined || ownership(claim, session) !== "ours")
    return blocked(
      "WorkspaceLost",
      `PersistentVolumeClaim ${name} is gone: what had not reached the transcript is lost`,
    );
  // A pod that finds nobody to hand over to would be started in vain, and so would those of all other sessions.
  const unreachable = await transcripts.unreachable(signal);
  if (unreachable !== undefined) return blocked("BackendUnavailable", unreachable);
  const { workspaceSize } = runtime.sandbox;
  const objects = sessionObjects(session, { workspaceSize, storageClass: undefined, port: runtime.container.port });
  const results = await Promise.all([
    ensure(client, serviceAccounts, objects.serviceAccount, session, signal),
    ensureAccess(client, session, objects, signal),
  ]);
  return results.find((result) => result.state === "blocked") ?? { state: "done" };
}
