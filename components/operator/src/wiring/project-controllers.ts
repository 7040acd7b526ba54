// The controllers of projects, and of who may enter them.
import { PROJECTS_NAMESPACE, type AgentRuntimeSpec } from "@pilothouse/contracts";
import { Controller, keyOf, type KubernetesObject, type Stored } from "@pilothouse/kubernetes";
import { AccessReconciler } from "../access/access-reconciler.ts";
import { memberKey, membersOf } from "../access/members.ts";
import { ProjectReconciler } from "../project/project-reconciler.ts";
import { projects } from "../resources/types.ts";
import { BY_MEMBER, BY_NAMESPACE } from "./caches.ts";
import { isManaged, namespaceOf, type ControllerContext, type Watch } from "./context.ts";

export function projectController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, configuration, events, metrics, logger } = context;
  const reconciler = new ProjectReconciler({
    client,
    bindingsIn: (namespace) => caches.bindings.byIndex(BY_NAMESPACE, namespace),
    quota: configuration.projectQuota,
    monitoringSelector: configuration.monitoringSelector,
    runnerPorts: async () => portsOf((await context.registries()).agents),
    configuration: context.configurationFiles,
    record: (project, event) => events.record(projects, project, event),
    now: context.now,
  });
  const controller = new Controller({
    name: "project",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  watch(caches.projects, (change) => {
    // Its own status write is no news.
    if (change.type === "updated" && sameButStatus(change.object, change.previous)) return;
    controller.enqueue(keyOf(change.object));
  });
  const ofNamespace = (namespace: string): void => {
    const key = `${PROJECTS_NAMESPACE}/${namespace}`;
    if (caches.projects.get(key) !== undefined) controller.enqueue(key);
  };
  watch(caches.namespaces, (change) => ofNamespace(change.object.metadata.name));
  watch(caches.bindings, (change) => {
    if (membersOf(change.object).length > 0 || change.type === "updated") ofNamespace(namespaceOf(change.object));
  });
  return controller;
}

function portsOf(agents: readonly AgentRuntimeSpec[]): number[] {
  return Array.from(new Set(agents.map((agent) => agent.container.port))).toSorted((left, right) => left - right);
}

function sameButStatus(left: Stored<KubernetesObject>, right: Stored<KubernetesObject>): boolean {
  const { metadata: a } = left;
  const { metadata: b } = right;
  return (
    a.generation === b.generation &&
    a.deletionTimestamp === b.deletionTimestamp &&
    a.finalizers?.length === b.finalizers?.length
  );
}

export function accessController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, metrics, logger } = context;
  const reconciler = new AccessReconciler({
    client,
    bindingsOf: (key) => caches.bindings.byIndex(BY_MEMBER, key),
    isManaged: (namespace) => isManaged(caches, namespace),
  });
  const controller = new Controller({
    name: "project-access",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  const enqueueMembers = (binding: Parameters<typeof membersOf>[0]): void => {
    for (const member of membersOf(binding)) controller.enqueue(memberKey(member));
  };
  // A binding outside of the projects gives access to none: without this check every system binding would cost reads.
  const matters = (namespace: string): boolean => caches.namespaces.get(namespace) !== undefined;
  watch(caches.bindings, (change) => {
    if (!matters(namespaceOf(change.object))) return;
    enqueueMembers(change.object);
    if (change.type === "updated") enqueueMembers(change.previous);
  });
  watch(caches.namespaces, (change) => {
    for (const binding of caches.bindings.byIndex(BY_NAMESPACE, change.object.metadata.name)) enqueueMembers(binding);
  });
  // What a former operator wrote, and nobody is bound by any more.
  watch(caches.accesses, (change) => {
    if (change.type !== "deleted") controller.enqueue(memberKey(change.object.spec.subject));
  });
  return controller;
}
