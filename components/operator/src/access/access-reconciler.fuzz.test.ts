import { projectAccessName } from "@pilothouse/contracts";
import type { Namespace, RoleBinding } from "@pilothouse/kubernetes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LaggingCache } from "../../test/model/lagging-cache.ts";
import { MemoryApi } from "../../test/model/memory-api.ts";
import { clientOf, endsTheSame, type Subject } from "../../test/support/fuzz.ts";
import type { ProjectAccessObject } from "../resources/types.ts";
import { AccessReconciler } from "./access-reconciler.ts";
import { memberKey, membersOf } from "./members.ts";

type Edit =
  | { readonly kind: "bind"; readonly user: string; readonly project: string; readonly role: string }
  | { readonly kind: "unbind"; readonly user: string; readonly project: string }
  | { readonly kind: "project"; readonly project: string; readonly exists: boolean };

const users = fc.constantFrom("ada", "eve");
const projects = fc.constantFrom("p", "q");
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant("bind" as const),
    user: users,
    project: projects,
    role: fc.constantFrom("pilothouse-project-view", "pilothouse-project-admin", "somebody-elses-role"),
  }),
  fc.record({ kind: fc.constant("unbind" as const), user: users, project: projects }),
  fc.record({ kind: fc.constant("project" as const), project: projects, exists: fc.boolean() }),
);

class World implements Subject<Edit> {
  readonly api = new MemoryApi();
  readonly #bindings = new LaggingCache<RoleBinding>();
  readonly #namespaces = new LaggingCache<Namespace>();
  readonly caches = {
    rolebindings: this.#bindings,
    namespaces: this.#namespaces,
  } as unknown as Subject<Edit>["caches"];
  #reconciler = this.#operator();

  constructor() {
    this.api.now = Date.parse("2026-01-01T08:00:00Z");
    this.edit({ kind: "project", project: "p", exists: true });
  }

  keys = (): string[] => ["User/ada", "User/eve"];
  reconcile = async (key: string): Promise<void> => this.#reconciler.reconcile(key, new AbortController().signal);
  restart = (): void => void (this.#reconciler = this.#operator());

  edit(change: Edit): void {
    const { project: namespace } = change;
    if (change.kind === "project") {
      if (!change.exists) this.api.remove("namespaces", namespace);
      else if (this.api.get("namespaces", namespace) === undefined)
        this.api.add("namespaces", { metadata: { name: namespace } });
      return;
    }
    const name = `binding-of-${change.user}`;
    this.api.remove("rolebindings", name, 0, namespace);
    if (change.kind === "unbind") return;
    this.api.add("rolebindings", {
      metadata: { name, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: change.role },
      subjects: [{ kind: "User", name: change.user, apiGroup: "rbac.authorization.k8s.io" }],
    } as never);
  }

  #operator(): AccessReconciler {
    return new AccessReconciler({
      client: clientOf(this.api),
      bindingsOf: (key) => this.#bindings.list().filter((one) => membersOf(one).map(memberKey).includes(key)),
      isManaged: (namespace) => this.#namespaces.list().some((one) => one.metadata.name === namespace),
    });
  }
}

describe("the access controller", () => {
  it("lists for each member the projects that it may enter, however it is told", { timeout: 120_000 }, async () => {
    await endsTheSame<Edit>(
      () => new World(),
      edit,
      ({ api }, edits) => {
        for (const user of ["ada", "eve"]) {
          const expected = ["p", "q"].flatMap((project) => {
            const exists = edits.findLast((one) => one.kind === "project" && one.project === project);
            const there = exists?.kind === "project" ? exists.exists : project === "p";
            const last = edits.findLast(
              (one) => one.kind !== "project" && one.project === project && one.user === user,
            );
            const role = last?.kind === "bind" ? /^pilothouse-project-(.*)$/.exec(last.role)?.[1] : undefined;
            return there && role !== undefined ? [{ name: project, role }] : [];
          });
          const name = projectAccessName("User", user);
          const access = api.get("projectaccesses", name) as ProjectAccessObject | undefined;
          expect(access?.spec.projects ?? []).toEqual(expected);
          for (const plural of ["roles", "rolebindings"])
            expect(api.get(plural, name) === undefined).toBe(expected.length === 0);
        }
      },
    );
  });
});
