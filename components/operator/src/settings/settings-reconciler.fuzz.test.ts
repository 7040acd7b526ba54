import { SESSION_CONFIGURATION_NAME } from "@pilothouse/contracts";
import type { RoleBinding, Secret } from "@pilothouse/kubernetes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LaggingCache } from "../../test/model/lagging-cache.ts";
import { MemoryApi } from "../../test/model/memory-api.ts";
import { clientOf, endsTheSame, type Subject } from "../../test/support/fuzz.ts";
import type { ProjectSettingsObject } from "../resources/types.ts";
import { SettingsReconciler } from "./settings-reconciler.ts";

type Edit =
  | { readonly kind: "groups"; readonly groups: readonly { groupName: string; role: "view" | "edit" | "admin" }[] }
  | { readonly kind: "tools"; readonly disabled: readonly string[] }
  | { readonly kind: "key"; readonly name: string; readonly value: string | undefined }
  /** Somebody deletes what the controller has made. */
  | { readonly kind: "vandal"; readonly plural: "rolebindings" | "configmaps" };

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant("groups" as const),
    groups: fc.uniqueArray(
      fc.record({ groupName: fc.constantFrom("a", "b", "c"), role: fc.constantFrom("view", "edit", "admin") }),
      { selector: (group) => group.groupName, maxLength: 3 },
    ),
  }),
  fc.record({ kind: fc.constant("tools" as const), disabled: fc.subarray(["x", "y"]) }),
  fc.record({
    kind: fc.constant("key" as const),
    name: fc.constantFrom("K1", "K2"),
    value: fc.constantFrom("v", "w", undefined),
  }),
  fc.record({ kind: fc.constant("vandal" as const), plural: fc.constantFrom("rolebindings", "configmaps") }),
);

class World implements Subject<Edit> {
  readonly api = new MemoryApi();
  readonly #settings = new LaggingCache<ProjectSettingsObject>();
  readonly #bindings = new LaggingCache<RoleBinding>();
  readonly #secrets = new LaggingCache<Secret>();
  readonly caches = {
    projectsettings: this.#settings,
    rolebindings: this.#bindings,
    secrets: this.#secrets,
  } as unknown as Subject<Edit>["caches"];
  #reconciler = this.#operator();

  constructor() {
    this.api.now = Date.parse("2026-01-01T08:00:00Z");
    this.api.add("projectsettings", { metadata: { name: "projectsettings", namespace: "t" }, spec: {} } as never);
  }

  keys = (): string[] => ["t"];
  reconcile = async (key: string): Promise<void> => this.#reconciler.reconcile(key, new AbortController().signal);
  restart = (): void => void (this.#reconciler = this.#operator());

  edit(change: Edit): void {
    switch (change.kind) {
      case "groups":
        this.api.change("projectsettings", "projectsettings", ({ spec = {} }) => (spec["groupAccess"] = change.groups));
        return;
      case "tools":
        this.api.change(
          "projectsettings",
          "projectsettings",
          ({ spec = {} }) => (spec["mcpServers"] = { disabled: change.disabled }),
        );
        return;
      case "key": {
        if (this.api.get("secrets", "s") === undefined)
          this.api.add("secrets", { metadata: { name: "s", namespace: "t" }, data: {} } as never);
        this.api.change("secrets", "s", (secret) => {
          const { data = {} } = secret as Secret;
          if (change.value === undefined) delete data[change.name];
          else data[change.name] = change.value;
        });
        return;
      }
      case "vandal": {
        const victim = this.api.list(change.plural)[0];
        if (victim !== undefined) this.api.remove(change.plural, victim.metadata.name);
      }
    }
  }

  #operator(): SettingsReconciler {
    return new SettingsReconciler({
      client: clientOf(this.api),
      settings: (namespace) => this.#settings.get(`${namespace}/projectsettings`),
      isManaged: () => true,
      bindingsIn: () => this.#bindings.list(),
      secretsIn: () => this.#secrets.list(),
      platformMcpServers: async () => ({ disabled: ["z"] }),
      now: () => this.api.now,
    });
  }
}

describe("the settings controller", () => {
  it("carries out what the settings say, however it is told", { timeout: 120_000 }, async () => {
    await endsTheSame<Edit>(
      () => new World(),
      edit,
      ({ api }, edits) => {
        const groups = edits.findLast((one) => one.kind === "groups")?.groups ?? [];
        const bindings = api.list("rolebindings") as RoleBinding[];
        expect(bindings.map(({ roleRef, subjects }) => `${subjects?.[0]?.name} ${roleRef.name}`).toSorted()).toEqual(
          groups.map(({ groupName, role }) => `${groupName} pilothouse-project-${role}`).toSorted(),
        );
        const disabled = edits.findLast((one) => one.kind === "tools")?.disabled;
        const file = api.get("configmaps", SESSION_CONFIGURATION_NAME) as { data?: Record<string, string> } | undefined;
        expect(JSON.parse(file?.data?.["mcp-servers.json"] ?? "")).toEqual({
          platform: { disabled: ["z"] },
          project: disabled === undefined ? {} : { disabled },
        });
        const { status } = api.get("projectsettings", "projectsettings") as ProjectSettingsObject;
        const secret = api.get("secrets", "s") as Secret | undefined;
        expect(status?.secrets?.[0]?.keys.map(({ name }) => name)).toEqual(
          secret === undefined ? undefined : Object.keys(secret.data ?? {}).toSorted(),
        );
      },
    );
  });
});
