import type { RoleBinding, Stored } from "@pilothouse/kubernetes";
import { PROJECT_ROLES, type Role } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { memberBinding, permissionsOf, planRemoval } from "./bindings.ts";

type Who = readonly ["User" | "Group", string];

function binding(name: string, role: Role, ...who: Who[]): Stored<RoleBinding> {
  return {
    metadata: { name, uid: name, resourceVersion: "1" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: PROJECT_ROLES[role] },
    subjects: who.map(([kind, subject]) => ({ kind, name: subject })),
  };
}

describe("members", () => {
  it("are shown once, with the highest of their roles", () => {
    const bindings = [
      binding("a", "view", ["User", "vic"], ["User", "olga"]),
      binding("b", "admin", ["User", "olga"]),
      binding("c", "edit", ["Group", "olga"]),
      {
        ...binding("d", "admin", ["User", "other"]),
        roleRef: { apiGroup: "", kind: "ClusterRole", name: "cluster-admin" },
      },
    ];
    expect(permissionsOf(bindings)).toEqual([
      { subjectType: "group", subjectName: "olga", role: "edit" },
      { subjectType: "user", subjectName: "olga", role: "admin" },
      { subjectType: "user", subjectName: "vic", role: "view" },
    ]);
  });

  it("lose all their bindings, and those that others share only themselves", () => {
    const bindings = [
      binding("own", "edit", ["User", "vic"]),
      binding("shared", "view", ["User", "vic"], ["User", "x"]),
    ];
    const removal = planRemoval(bindings, "user", "vic");
    expect(removal.remove.map((found) => found.metadata.name)).toEqual(["own"]);
    expect(removal.shrink.map((found) => found.subjects)).toEqual([[{ kind: "User", name: "x" }]]);
    expect(removal.leavesNoAdmin).toBe(false);
  });

  it.each<[string, Stored<RoleBinding>[], boolean]>([
    ["alone", [binding("a", "admin", ["User", "olga"])], true],
    ["twice, but alone", [binding("a", "admin", ["User", "olga"]), binding("b", "admin", ["User", "olga"])], true],
    ["beside another", [binding("a", "admin", ["User", "olga"], ["User", "rosa"])], false],
    ["beside a group", [binding("a", "admin", ["User", "olga"]), binding("b", "admin", ["Group", "ops"])], false],
  ])("cannot go when they are the last admin: %s", (_name, bindings, last) => {
    expect(planRemoval(bindings, "user", "olga").leavesNoAdmin).toBe(last);
  });

  it("get one binding by name, whatever their role", () => {
    const names = (["view", "admin"] as const).map((role) => memberBinding("user", "Ü/ x", role).metadata?.name);
    expect(names[0]).toBe(names[1]);
    expect(names[0]).toMatch(/^[a-z0-9-]{1,63}$/);
  });
});
