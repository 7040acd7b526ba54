// Which keys a project's secrets have, and since when: without keeping a single value.
import type { ProjectSettingsStatus } from "@pilothouse/contracts";
import type { Secret, Stored } from "@pilothouse/kubernetes";
import { z } from "zod";
import type { Fingerprint } from "./fingerprints.ts";

type SecretStatus = NonNullable<ProjectSettingsStatus["secrets"]>[number];

/** Replaces each value by its fingerprint, before the object enters a cache. Annotations may hold values, too. */
export function withoutValues(secret: Stored<Secret>, fingerprint: Fingerprint): Stored<Secret> {
  const { annotations: _, ...metadata } = secret.metadata;
  const data = Object.entries(secret.data ?? {}).map(([name, value]): [string, string] => [
    name,
    fingerprint(secret, name, value),
  ]);
  return { ...secret, metadata, data: Object.fromEntries(data), stringData: undefined };
}

/**
 * The status entry of one secret, whose values are fingerprints. A key keeps its time until its value is another one. Of
 * a change that was made while nobody looked the server may know the time; else it is when it was noticed.
 */
export function secretStatus(secret: Stored<Secret>, former: SecretStatus | undefined, now: number): SecretStatus {
  const { name } = secret.metadata;
  const keys = Object.entries(secret.data ?? {})
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, fingerprint]) => {
      const known = former?.keys.find((entry) => entry.name === key);
      // Noted by a former version, which kept no fingerprints.
      const same = known !== undefined && (known.fingerprint ?? fingerprint) === fingerprint;
      const updatedAt = same ? known.updatedAt : changedAt(secret, key, known?.updatedAt, now);
      return { name: key, updatedAt, fingerprint };
    });
  return { name, keys };
}

const Managed = z.array(
  z.looseObject({
    time: z.string().optional(),
    fieldsV1: z.looseObject({ "f:data": z.record(z.string(), z.unknown()).optional() }).optional(),
  }),
);

/** `managedFields` say when a writer last changed any of its fields: not before the key's change, and rarely long after. */
function changedAt(secret: Stored<Secret>, key: string, before: string | undefined, now: number): string {
  const managed = Managed.safeParse(secret.metadata.managedFields).data ?? [];
  const times = managed
    .filter((entry) => entry.fieldsV1?.["f:data"]?.[`f:${key}`] !== undefined)
    .map((entry) => Date.parse(entry.time ?? ""))
    .filter((time) => time <= now && time > Date.parse(before ?? "1970-01-01T00:00:00Z"));
  return new Date(times.length === 0 ? now : Math.max(...times)).toISOString();
}
