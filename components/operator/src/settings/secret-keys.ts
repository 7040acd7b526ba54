// Which keys a project's secrets have, and since when: without keeping a single value.
import { createHmac, randomBytes } from "node:crypto";
import type { ProjectSettingsStatus } from "@pilothouse/contracts";
import type { Secret, Stored } from "@pilothouse/kubernetes";

type SecretStatus = NonNullable<ProjectSettingsStatus["secrets"]>[number];

/** Known to this process only: a fingerprint is of no use to anybody else. */
const FINGERPRINT_KEY = randomBytes(32);

/** Replaces each value by a fingerprint, before the object enters a cache. */
export function withoutValues(secret: Stored<Secret>): Stored<Secret> {
  const fingerprints = Object.entries(secret.data ?? {}).map(([name, value]): [string, string] => [
    name,
    createHmac("sha256", FINGERPRINT_KEY).update(name).update("\0").update(value).digest("base64url").slice(0, 16),
  ]);
  const { managedFields: _, annotations: __, ...metadata } = secret.metadata;
  return { ...secret, metadata, data: Object.fromEntries(fingerprints), stringData: undefined };
}

/**
 * The status entry of one secret. A key keeps its time until its value is seen to change; a change that happened
 * while no operator was looking is not noticed.
 */
export function secretStatus(
  name: string,
  present: Readonly<Record<string, string>>,
  lastSeen: Readonly<Record<string, string>> | undefined,
  former: SecretStatus | undefined,
  now: string,
): SecretStatus {
  const keys = Object.keys(present)
    .toSorted()
    .map((key) => {
      const known = former?.keys.find((entry) => entry.name === key);
      const changed = lastSeen?.[key] !== undefined && lastSeen[key] !== present[key];
      return { name: key, updatedAt: known === undefined || changed ? now : known.updatedAt };
    });
  return { name, keys };
}
