/** Which kinds the API serves right now, built-in and custom: what the garbage collector and the end of a namespace look through. */
import {
  customResourceDefinitions,
  defineResource,
  type KubernetesClient,
  type KubernetesObject,
  pause,
  type ResourceType,
} from "@pilothouse/kubernetes";
import type { ControllerSet } from "./controller-set.ts";

interface DiscoveredResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** A definition is served a moment after it is made, and usually several come at once. */
const SETTLE_MILLISECONDS = 200;
const RETRY_MILLISECONDS = 1000;

/** The list of served kinds, kept up to date; whoever is interested is told of each new list. */
export class ServedResources {
  readonly #set: ControllerSet;
  readonly #listeners: ((served: readonly ResourceType[]) => void)[] = [];
  #current: readonly ResourceType[] = [];

  constructor(set: ControllerSet) {
    this.#set = set;
    const definitions = set.informer(customResourceDefinitions);
    set.task(async (signal) => {
      let changed = Promise.withResolvers<void>();
      definitions.subscribe(() => changed.resolve());
      signal.addEventListener("abort", () => changed.resolve(), { once: true });
      while (!signal.aborted) {
        changed = Promise.withResolvers();
        if (await this.#discover(signal)) await changed.promise;
        else await pause(RETRY_MILLISECONDS, signal);
        await pause(SETTLE_MILLISECONDS, signal);
      }
    });
  }

  get current(): readonly ResourceType[] {
    return this.#current;
  }

  subscribe(listener: (served: readonly ResourceType[]) => void): void {
    this.#listeners.push(listener);
  }

  async #discover(signal: AbortSignal): Promise<boolean> {
    try {
      this.#current = await servedResources(this.#set.client, signal);
    } catch (error) {
      if (!signal.aborted) this.#set.logger.warn({ error }, "which kinds the API serves could not be learnt");
      return false;
    }
    for (const listener of this.#listeners) listener(this.#current);
    return true;
  }
}

/** Kinds whose objects can be listed, watched and deleted; of a group only the preferred version. */
export async function servedResources(client: KubernetesClient, signal: AbortSignal): Promise<ResourceType[]> {
  const groups = await client.request({ method: "GET", path: "/apis", signal });
  const preferred = arrayOf(groups, "groups").map((group) =>
    textAt(valueOf(group, "preferredVersion"), "groupVersion"),
  );
  const lists = await Promise.all(
    ["v1", ...preferred].map(async (groupVersion) => {
      const path = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
      const list = await client.request({ method: "GET", path, signal });
      return arrayOf(list, "resources")
        .map(parseResource)
        .flatMap((resource) => describe(groupVersion, resource));
    }),
  );
  return lists.flat();
}

const NEEDED = ["list", "watch", "delete"];
/** They change often, own nothing, and are not owned: following them would cost more than all else. */
const IGNORED = new Set(["events", "events.events.k8s.io"]);

function describe(groupVersion: string, { name, kind, namespaced, verbs }: DiscoveredResource): ResourceType[] {
  const [version = "", group = ""] = groupVersion.split("/").reverse();
  const isSubresource = name.includes("/");
  if (
    isSubresource ||
    !NEEDED.every((verb) => verbs.includes(verb)) ||
    IGNORED.has(group === "" ? name : `${name}.${group}`)
  )
    return [];
  return [defineResource<KubernetesObject>({ group, version, plural: name, kind, namespaced })];
}

function parseResource(value: unknown): DiscoveredResource {
  return {
    name: textAt(value, "name"),
    kind: textAt(value, "kind"),
    namespaced: valueOf(value, "namespaced") === true,
    verbs: arrayOf(value, "verbs").filter((verb) => typeof verb === "string"),
  };
}

function valueOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}

function textAt(value: unknown, field: string): string {
  const text = valueOf(value, field);
  return typeof text === "string" ? text : "";
}

function arrayOf(value: unknown, field: string): unknown[] {
  const list = valueOf(value, field);
  return Array.isArray(list) ? list : [];
}
