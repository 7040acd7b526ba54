// The controllers of a project's settings: what they give to its sessions, its credentials, its money.
import { INTEGRATION_SECRETS_NAME } from "@pilothouse/contracts";
import { Controller, type Change, type KubernetesObject, type Stored } from "@pilothouse/kubernetes";
import { IntegrationsReconciler } from "../integrations/integrations-reconciler.ts";
import { services } from "../integrations/services.ts";
import { projectSettings, type SessionObject } from "../resources/types.ts";
import { SettingsReconciler } from "../settings/settings-reconciler.ts";
import { SpendingReconciler } from "../spending/spending-reconciler.ts";
import { BY_NAMESPACE } from "./caches.ts";
import { isManaged, keysOf, namespaceOf, onlySpendingChanged, type ControllerContext, type Watch } from "./context.ts";

export function settingsController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, metrics, logger, now } = context;
  const reconciler = new SettingsReconciler({
    client,
    settings: (namespace) => caches.settings.get(`${namespace}/projectsettings`),
    isManaged: (namespace) => isManaged(caches, namespace),
    bindingsIn: (namespace) => caches.bindings.byIndex(BY_NAMESPACE, namespace),
    secretsIn: (namespace) =>
      [...caches.runnerSecrets.list(), ...caches.integrationSecrets.list()].filter(
        (secret) => secret.metadata.namespace === namespace,
      ),
    platformMcpServers: context.platformMcpServers,
    now,
  });
  const controller = new Controller({
    name: "project-settings",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  const enqueueNamespace = (change: Change<KubernetesObject>): void => controller.enqueue(namespaceOf(change.object));
  watch(caches.settings, (change) => {
    if (!onlySpendingChanged(change)) enqueueNamespace(change);
  });
  watch(caches.runnerSecrets, enqueueNamespace);
  watch(caches.integrationSecrets, enqueueNamespace);
  watch(caches.namespaces, (change) => controller.enqueue(change.object.metadata.name));
  return controller;
}

export function integrationsController(context: ControllerContext, watch: Watch): Controller {
  const { caches, client, configuration, metrics, logger, now } = context;
  const { allowedHosts, certificateAuthorities, githubApiUrl } = configuration.integrations;
  const reconciler = new IntegrationsReconciler({
    client,
    settings: (namespace) => caches.settings.get(`${namespace}/projectsettings`),
    isManaged: (namespace) => isManaged(caches, namespace),
    keys: (namespace) => keysOf(caches.integrationSecrets, namespace, INTEGRATION_SECRETS_NAME),
    services: services(githubApiUrl),
    guard: { allowedHosts, certificateAuthorities },
    logger,
    now,
  });
  const controller = new Controller({
    name: "project-integrations",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  const enqueueNamespace = (change: Change<KubernetesObject>): void => controller.enqueue(namespaceOf(change.object));
  watch(caches.settings, (change) => {
    if (!onlySpendingChanged(change)) enqueueNamespace(change);
  });
  watch(caches.integrationSecrets, enqueueNamespace);
  watch(caches.namespaces, (change) => controller.enqueue(change.object.metadata.name));
  return controller;
}

export function createSpending(context: ControllerContext, onSpent: (namespace: string) => void): SpendingReconciler {
  const { caches, client, events, now } = context;
  return new SpendingReconciler({
    client,
    settings: (namespace) => caches.settings.get(`${namespace}/projectsettings`),
    sessions: (namespace) => caches.sessions.byIndex(BY_NAMESPACE, namespace),
    onSpent,
    record: (settings, event) => events.record(projectSettings, settings, event),
    now,
  });
}

export function spendingController(
  { caches, metrics, logger }: ControllerContext,
  watch: Watch,
  reconciler: SpendingReconciler,
): Controller {
  const controller = new Controller({
    name: "project-spending",
    reconcile: async (key, signal) => reconciler.reconcile(key, signal),
    metrics,
    logger,
  });
  const costOf = (session: Stored<SessionObject>): number => session.status?.agent?.usage?.costUsd ?? 0;
  watch(caches.sessions, (change) => {
    if (change.type === "updated" && costOf(change.object) === costOf(change.previous)) return;
    if (costOf(change.object) > 0) controller.enqueue(namespaceOf(change.object));
  });
  watch(caches.settings, (change) => controller.enqueue(namespaceOf(change.object)));
  return controller;
}
