/** Waits a little for a new project, so that most callers get one that they can use at once. */
import { setTimeout as sleep } from "node:timers/promises";
import { API_GROUP } from "@pilothouse/contracts";
import type { Stored } from "@pilothouse/kubernetes";
import { isAllowed } from "../identity/access.ts";
import type { Caller } from "../identity/identity.ts";
import { unlessHidden } from "../kubernetes/hidden.ts";
import type { ProjectObject } from "../kubernetes/resources.ts";
import { getProject, ownRoles } from "./projects.ts";

const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 250;

/**
 * The project once its owner can work in it, or as it is when the time is over. A creator may not watch their own
 * Project before the operator has given them the right to, so this asks again at growing intervals.
 */
export async function waitUntilUsable(
  caller: Caller,
  created: Stored<ProjectObject>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<{ project: Stored<ProjectObject>; usable: boolean }> {
  const deadline = performance.now() + milliseconds;
  let project = created;
  for (let pause = FIRST_PAUSE; performance.now() < deadline && !signal.aborted; pause *= 1.6) {
    await sleep(Math.min(pause, LONGEST_PAUSE), undefined, { signal }).catch(() => undefined);
    const seen = await unlessHidden(getProject(caller, created.metadata.name));
    project = seen ?? project;
    if (project.status?.phase === "Failed") return { project, usable: false };
    if (project.status?.phase === "Ready" && (await isUsable(caller, created.metadata.name))) {
      return { project, usable: true };
    }
  }
  return { project, usable: false };
}

async function isUsable(caller: Caller, name: string): Promise<boolean> {
  const attributes = { group: API_GROUP, resource: "agenticsessions", verb: "create", namespace: name };
  const [allowed, roles] = await Promise.all([isAllowed(caller, attributes), ownRoles(caller)]);
  return allowed && roles.has(name);
}
