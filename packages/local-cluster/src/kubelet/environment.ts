/** A container's environment: gathered from its image, the API and the pod itself, and expanded as the kubelet does. */
import type { ConfigMap, Container, EnvironmentVariable, Secret } from "@pilothouse/kubernetes";
import { type DownwardContext, fieldValue, resourceValue } from "./downward.ts";
import { KubeletError } from "./errors.ts";
import { expandReferences } from "./expansion.ts";
import type { ObjectSource } from "./object-source.ts";

/** Every Secret and ConfigMap that the container's environment names. */
export interface EnvironmentObjects {
  readonly secrets: ReadonlyMap<string, Secret | undefined>;
  readonly configMaps: ReadonlyMap<string, ConfigMap | undefined>;
}

export async function fetchEnvironmentObjects(
  container: Container,
  namespace: string,
  source: ObjectSource,
): Promise<EnvironmentObjects> {
  const secretNames = new Set<string>();
  const configMapNames = new Set<string>();
  for (const { secretRef, configMapRef } of container.envFrom ?? []) {
    if (secretRef) secretNames.add(secretRef.name);
    if (configMapRef) configMapNames.add(configMapRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.secretKeyRef) secretNames.add(valueFrom.secretKeyRef.name);
    if (valueFrom?.configMapKeyRef) configMapNames.add(valueFrom.configMapKeyRef.name);
  }
  const [secretEntries, configMapEntries] = await Promise.all([
    Promise.all([...secretNames].map(async (name) => [name, await source.secret(namespace, name)] as const)),
    Promise.all([...configMapNames].map(async (name) => [name, await source.configMap(namespace, name)] as const)),
  ]);
  return { secrets: new Map(secretEntries), configMaps: new Map(configMapEntries) };
}

export interface EnvironmentInput {
  readonly container: Container;
  readonly context: DownwardContext;
  readonly objects: EnvironmentObjects;
  readonly imageEnvironment: Readonly<Record<string, string>>;
  /** What every pod is told of the cluster, such as KUBERNETES_SERVICE_HOST. */
  readonly serviceEnvironment: Readonly<Record<string, string>>;
}

/** Throws a CONFIG error in the kubelet's words when something that is not optional is missing. */
export function buildEnvironment(input: EnvironmentInput): Map<string, string> {
  const { container, context, objects } = input;
  const namespace = context.pod.metadata.namespace ?? "";
  const environment = new Map(Object.entries(input.imageEnvironment));
  // References see the cluster's and the pod's own variables, not those of the image.
  const visible = new Map(Object.entries(input.serviceEnvironment));
  for (const { prefix = "", secretRef, configMapRef } of container.envFrom ?? []) {
    if (configMapRef) {
      const found = objects.configMaps.get(configMapRef.name);
      if (!found && configMapRef.optional !== true) throw missing("configmap", configMapRef.name);
      for (const [key, value] of Object.entries(found?.data ?? {})) visible.set(prefix + key, value);
    }
    if (secretRef) {
      const found = objects.secrets.get(secretRef.name);
      if (!found && secretRef.optional !== true) throw missing("secret", secretRef.name);
      for (const [key, value] of Object.entries(found?.data ?? {})) visible.set(prefix + key, decode(value));
    }
  }
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? referencedValue(variable.valueFrom, container, context, objects, namespace)
      : expandReferences(variable.value ?? "", visible);
    if (value !== undefined) visible.set(variable.name, value);
  }
  for (const [name, value] of visible) environment.set(name, value);
  return environment;
}

function referencedValue(
  from: NonNullable<EnvironmentVariable["valueFrom"]>,
  container: Container,
  context: DownwardContext,
  objects: EnvironmentObjects,
  namespace: string,
): string | undefined {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = from;
  if (fieldRef) return fieldValue(fieldRef.fieldPath, context);
  if (resourceFieldRef) {
    const { spec } = context.pod;
    const named = resourceFieldRef.containerName;
    const owner = named ? spec?.containers.find((each) => each.name === named) : container;
    return resourceValue(resourceFieldRef, owner, context.allocatable);
  }
  if (secretKeyRef) {
    const found = objects.secrets.get(secretKeyRef.name);
    const value = found?.data?.[secretKeyRef.key];
    if (value !== undefined) return decode(value);
    if (secretKeyRef.optional === true) return undefined;
    if (!found) throw missing("secret", secretKeyRef.name);
    throw new KubeletError(
      "CONFIG",
      `couldn't find key ${secretKeyRef.key} in Secret ${namespace}/${secretKeyRef.name}`,
    );
  }
  if (configMapKeyRef) {
    const found = objects.configMaps.get(configMapKeyRef.name);
    const value = found?.data?.[configMapKeyRef.key];
    if (value !== undefined || configMapKeyRef.optional === true) return value;
    if (!found) throw missing("configmap", configMapKeyRef.name);
    throw new KubeletError(
      "CONFIG",
      `couldn't find key ${configMapKeyRef.key} in ConfigMap ${namespace}/${configMapKeyRef.name}`,
    );
  }
  return undefined;
}

function missing(kind: "secret" | "configmap", name: string): KubeletError {
  return new KubeletError("CONFIG", `${kind} "${name}" not found`);
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
