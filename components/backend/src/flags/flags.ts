/**
 * Feature flags. The platform's value comes through OpenFeature; a project's ConfigMap `feature-flag-overrides`, read
 * with the caller's own token, wins over it.
 */
import { FEATURE_FLAG_OVERRIDES_NAME, type FlagEvaluation, type FlagState } from "@pilothouse/contracts";
import { configMaps, isForbidden } from "@pilothouse/kubernetes";
import type { Client } from "@openfeature/server-sdk";
import type { Caller } from "../identity/identity.ts";
import type { Gate } from "../catalog/catalog.ts";

/** A flag that is known by name, for lists. */
export interface KnownFlag {
  readonly name: string;
  readonly description: string;
}

export interface FlagService {
  readonly client: Client;
  readonly known: () => Promise<readonly KnownFlag[]>;
  /** Why values may be old; undefined when all is well. */
  readonly problem: () => Promise<string | undefined>;
  readonly close: () => Promise<void>;
}

export type Overrides = ReadonlyMap<string, boolean>;

/** The project's overrides; none when the caller may not read them. */
export async function readOverrides(caller: Caller, project: string): Promise<Overrides> {
  const key = { namespace: project, name: FEATURE_FLAG_OVERRIDES_NAME };
  const configMap = await caller.kubernetes.find(configMaps, key).catch((error: unknown) => {
    if (isForbidden(error)) return undefined;
    throw error;
  });
  const entries = Object.entries(configMap?.data ?? {});
  return new Map(
    entries.flatMap(([flag, value]) =>
      value === "true" || value === "false" ? [[flag, value === "true"] as const] : [],
    ),
  );
}

interface PlatformValue {
  readonly enabled: boolean;
  readonly source: "default" | "unleash";
}

async function platformValue(service: FlagService, project: string, flag: string): Promise<PlatformValue> {
  const details = await service.client.getBooleanDetails(flag, false, { targetingKey: project, project });
  return { enabled: details.value, source: details.flagMetadata["source"] === "unleash" ? "unleash" : "default" };
}

export async function evaluate(
  service: FlagService,
  overrides: Overrides,
  project: string,
  flag: string,
): Promise<FlagEvaluation> {
  const override = overrides.get(flag);
  if (override !== undefined) return { flag, enabled: override, source: "workspace-override" };
  return { flag, ...(await platformValue(service, project, flag)) };
}

/** All flags that are known, or that the project overrides. */
export async function listFlags(service: FlagService, overrides: Overrides, project: string): Promise<FlagState[]> {
  const known = new Map((await service.known()).map((flag) => [flag.name, flag.description]));
  for (const flag of overrides.keys()) if (!known.has(flag)) known.set(flag, "");
  const states = [...known].map(async ([flag, description]) => ({
    ...(await evaluate(service, overrides, project, flag)),
    description,
    default: (await platformValue(service, project, flag)).enabled,
    override: overrides.get(flag) ?? null,
  }));
  return (await Promise.all(states)).sort((a, b) => (a.flag < b.flag ? -1 : 1));
}

/** A gate for one project and caller. Overrides are read once, when first needed. */
export function gateFor(service: FlagService, caller: Caller, project: string): Gate {
  let overrides: Promise<Overrides> | undefined;
  return async (flag) => {
    overrides ??= readOverrides(caller, project);
    return (await evaluate(service, await overrides, project, flag)).enabled;
  };
}
