import { silentLogger, type Secret } from "@pilothouse/kubernetes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LaggingCache } from "../../test/model/lagging-cache.ts";
import { MemoryApi } from "../../test/model/memory-api.ts";
import { clientOf, endsTheSame, type Subject } from "../../test/support/fuzz.ts";
import type { ProjectSettingsObject } from "../resources/types.ts";
import { IntegrationsReconciler } from "./integrations-reconciler.ts";
import { services } from "./services.ts";

type Edit =
  | { readonly kind: "ask"; readonly id: string; readonly request: number }
  | { readonly kind: "key"; readonly name: string; readonly set: boolean };

const KEYS = ["GITHUB_TOKEN", "GITLAB_TOKEN", "JIRA_URL", "JIRA_API_TOKEN"];
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant("ask" as const),
    id: fc.constantFrom("github", "jira", "pigeons"),
    request: fc.nat(5),
  }),
  fc.record({ kind: fc.constant("key" as const), name: fc.constantFrom(...KEYS), set: fc.boolean() }),
);

class World implements Subject<Edit> {
  readonly api = new MemoryApi();
  readonly #settings = new LaggingCache<ProjectSettingsObject>();
  readonly #secrets = new LaggingCache<Secret>();
  readonly caches = { projectsettings: this.#settings, secrets: this.#secrets } as unknown as Subject<Edit>["caches"];
  #reconciler = this.#operator();

  constructor() {
    this.api.now = Date.parse("2026-01-01T08:00:00Z");
    this.api.add("projectsettings", { metadata: { name: "projectsettings", namespace: "t" }, spec: {} } as never);
    this.api.add("secrets", {
      metadata: { name: "pilothouse-integration-secrets", namespace: "t" },
      data: {},
    } as never);
  }

  keys = (): string[] => ["t"];
  reconcile = async (key: string): Promise<void> => this.#reconciler.reconcile(key, new AbortController().signal);
  restart = (): void => void (this.#reconciler = this.#operator());

  edit(change: Edit): void {
    if (change.kind === "ask") {
      this.api.change("projectsettings", "projectsettings", ({ spec = {} }) => {
        const asked = spec["integrationChecks"] as Record<string, string> | undefined;
        spec["integrationChecks"] = { ...asked, [change.id]: `request-${change.request}` };
      });
      return;
    }
    this.api.change("secrets", "pilothouse-integration-secrets", (secret) => {
      const { data = {} } = secret as Secret;
      if (change.set) data[change.name] = Buffer.from("https://x.test").toString("base64");
      else delete data[change.name];
    });
  }

  #operator(): IntegrationsReconciler {
    return new IntegrationsReconciler({
      client: clientOf(this.api),
      settings: (namespace) => this.#settings.get(`${namespace}/projectsettings`),
      isManaged: () => true,
      keys: () => this.#secrets.list()[0]?.data ?? {},
      services: services("https://github.test"),
      // No name has an address here: every credential that is complete is asked about in vain.
      guard: { allowedHosts: [], resolve: async () => [] },
      logger: silentLogger,
      now: () => this.api.now,
    });
  }
}

describe("the integrations controller", () => {
  it(
    "answers the last request of each service and says what is configured, however it is told",
    { timeout: 120_000 },
    async () => {
      const ends = new Map<string, number>();
      await endsTheSame<Edit>(
        () => new World(),
        edit,
        ({ api }, edits) => {
          const { status } = api.get("projectsettings", "projectsettings") as ProjectSettingsObject;
          const { data = {} } = api.get("secrets", "pilothouse-integration-secrets") as Secret;
          for (const [id, keys] of [
            ["github", ["GITHUB_TOKEN"]],
            ["gitlab", ["GITLAB_TOKEN"]],
            ["jira", ["JIRA_URL", "JIRA_API_TOKEN"]],
            ["pigeons", undefined],
          ] as const) {
            const asked = edits.findLast((one) => one.kind === "ask" && one.id === id);
            const entry = status?.integrations?.find((candidate) => candidate.id === id);
            if (keys === undefined && asked === undefined) continue;
            expect(entry?.requestId).toBe(asked?.kind === "ask" ? `request-${asked.request}` : undefined);
            expect(entry?.configured).toBe(keys?.every((key) => key in data) ?? false);
            ends.set(`${id} ${entry?.valid}`, 1);
          }
        },
        false,
      );
      // The histories were not all alike.
      expect(ends.size).toBeGreaterThan(4);
    },
  );
});
