// Aggregated ClusterRoles: the rules of one are the union of those that its label selectors pick.
import { equalJson, isJsonObject, objectsAt, type Json } from "../../json.ts";
import { labelSelectorRequirements, matchesLabels } from "../../api/selectors.ts";
import type { StoredObject } from "../../storage/stored-object.ts";
import type { ClusterStore } from "../../storage/store.ts";
import { RBAC_TABLES } from "./index.ts";

/** Keeps aggregated roles up to date, until stopped. */
export function startAggregation(store: ClusterStore): { stop(): void } {
  const table = RBAC_TABLES.clusterRoles;
  const settle = (): void => {
    // A role may aggregate aggregated ones (admin takes in edit), so it is done again until nothing changes.
    while (aggregateOnce(store));
  };
  const watch = store.watch(table, store.revision, settle);
  settle();
  return { stop: () => watch?.stop() };
}

function aggregateOnce(store: ClusterStore): boolean {
  const roles = store.list(RBAC_TABLES.clusterRoles);
  let changed = false;
  for (const stored of roles) {
    if (!stored.bytes.includes('"aggregationRule"')) continue;
    const role = stored.decode();
    if (!isJsonObject(role["aggregationRule"])) continue;
    const rules: Json[] = [];
    for (const selector of objectsAt(role["aggregationRule"], "clusterRoleSelectors"))
      for (const other of selected(roles, stored, selector))
        for (const rule of objectsAt(other.decode(), "rules"))
          if (!rules.some((known) => equalJson(known, rule))) rules.push(rule);
    if (equalJson(role["rules"] ?? [], rules)) continue;
    store.put({ resource: stored.resource, namespace: "", name: stored.name }, { ...role, rules });
    changed = true;
  }
  return changed;
}

function selected(roles: readonly StoredObject[], self: StoredObject, selector: Json): readonly StoredObject[] {
  const requirements = labelSelectorRequirements(selector);
  return roles.filter((role) => role.name !== self.name && matchesLabels(requirements, role.labels));
}
