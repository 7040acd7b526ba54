import { PROJECTS_NAMESPACE } from "@pilothouse/contracts";
import type { RoleBinding } from "@pilothouse/kubernetes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LaggingCache } from "../../test/model/lagging-cache.ts";
import { MemoryApi } from "../../test/model/memory-api.ts";
import { clientOf, endsTheSame, type Subject } from "../../test/support/fuzz.ts";
import type { ProjectObject } from "../resources/types.ts";
import { ProjectReconciler } from "./project-reconciler.ts";

type Edit =
  | { readonly kind: "create" | "delete" | "foreign-namespace" }
  | { readonly kind: "member"; readonly admin: boolean }
  /** Somebody deletes what the controller has made. */
  | { readonly kind: "vandal"; readonly plural: string };

const FURNITURE = ["networkpolicies", "limitranges", "resourcequotas", "configmaps", "projectsettings"];
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Edit>({ kind: "create" }) },
  { weight: 1, arbitrary: fc.constant<Edit>({ kind: "delete" }) },
  { weight: 1, arbitrary: fc.constant<Edit>({ kind: "foreign-namespace" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("member" as const), admin: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("vandal" as const), plural: fc.constantFrom(...FURNITURE) }) },
);

class World implements Subject<Edit> {
  readonly api = new MemoryApi();
  readonly #bindings = new LaggingCache<RoleBinding>();
  readonly caches = { rolebindings: this.#bindings } as unknown as Subject<Edit>["caches"];
  #reconciler = this.#operator();

  constructor() {
    this.api.now = Date.parse("2026-01-01T08:00:00Z");
    this.api.onChange = (plural, _, after) => {
      if (plural === "namespaces" && after === undefined) this.#emptyNamespaces();
    };
  }

  keys = (): string[] => [`${PROJECTS_NAMESPACE}/sea`];
  restart = (): void => void (this.#reconciler = this.#operator());

  async reconcile(key: string): Promise<void> {
    await this.#reconciler.reconcile(key, new AbortController().signal);
  }

  edit(change: Edit): void {
    switch (change.kind) {
      case "create":
        if (this.api.get("projects", "sea") === undefined)
          this.api.add("projects", {
            metadata: { name: "sea", namespace: PROJECTS_NAMESPACE },
            spec: { owner: "ada" },
          } as never);
        return;
      case "delete":
        this.api.remove("projects", "sea");
        return;
      case "foreign-namespace":
        // Only before the project: nobody can make a namespace that is there.
        if (this.api.get("projects", "sea") === undefined && this.api.get("namespaces", "sea") === undefined)
          this.api.add("namespaces", { metadata: { name: "sea" } });
        return;
      case "member": {
        const name = "eve-is-in";
        this.api.remove("rolebindings", name, 0, "sea");
        if (this.api.get("namespaces", "sea") === undefined) return;
        const role = change.admin ? "pilothouse-project-admin" : "pilothouse-project-view";
        this.api.add("rolebindings", {
          metadata: { name, namespace: "sea" },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
          subjects: [{ kind: "User", name: "eve", apiGroup: "rbac.authorization.k8s.io" }],
        } as never);
        return;
      }
      case "vandal":
        this.api.remove(change.plural, this.api.list(change.plural, "sea")[0]?.metadata.name ?? "", 0, "sea");
    }
  }

  /** What is in a namespace goes with it. */
  #emptyNamespaces(): void {
    const names = new Set(this.api.list("namespaces").map((namespace) => namespace.metadata.name));
    for (const plural of [...FURNITURE, "rolebindings"]) {
      for (const { metadata } of this.api.list(plural)) {
        const { namespace = "" } = metadata;
        if (namespace !== PROJECTS_NAMESPACE && !names.has(namespace))
          this.api.remove(plural, metadata.name, 0, namespace);
      }
    }
  }

  #operator(): ProjectReconciler {
    return new ProjectReconciler({
      client: clientOf(this.api),
      bindingsIn: (namespace) => this.#bindings.list().filter((one) => one.metadata.namespace === namespace),
      quota: { pods: "10" },
      monitoringSelector: { "pilothouse.dev/monitoring": "true" },
      runnerPorts: async () => [8001],
      configuration: async () => ({ "models.json": "{}" }),
      record: () => {},
      now: () => this.api.now,
    });
  }
}

describe("the project controller", () => {
  it(
    "furnishes a project or refuses it, and leaves nothing behind, however it is told",
    { timeout: 120_000 },
    async () => {
      const seen = new Set<string>();
      await endsTheSameUpToMembers(seen);
      expect([...seen].toSorted()).toEqual(["Failed", "Ready", "gone"]);
    },
  );
});

async function endsTheSameUpToMembers(seen: Set<string>): Promise<void> {
  await endsTheSame<Edit>(
    () => new World(),
    edit,
    ({ api }) => {
      const project = api.get("projects", "sea") as ProjectObject | undefined;
      const phase = project?.status?.phase ?? "gone";
      seen.add(phase);
      const roles = api.list("roles", PROJECTS_NAMESPACE);
      // Refused or gone: nothing of ours in anybody's namespace, and no roles.
      const ready = phase === "Ready";
      expect(roles.map(({ metadata }) => metadata.name).toSorted()).toEqual(
        ready ? ["project-sea-admin", "project-sea-member"] : [],
      );
      const furniture = FURNITURE.filter((plural) => api.list(plural).length > 0);
      expect(furniture).toEqual(ready ? FURNITURE : []);
    },
    false,
  );
}
