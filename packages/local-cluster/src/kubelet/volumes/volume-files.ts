/** The files of secret, configMap, downwardAPI and projected volumes, from the objects that they name: pure functions. */
import type { ConfigMap, DownwardFile, KeyToPath, Pod, Secret } from "@pilothouse/kubernetes";
import { type DownwardContext, fieldValue, resourceValue } from "../downward.ts";
import { KubeletError } from "../errors.ts";
import type { VolumeFile } from "./atomic-files.ts";

export const DEFAULT_MODE = 0o644;

export interface KeyedSource {
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

export function secretFiles(
  name: string,
  source: KeyedSource,
  secret: Secret | undefined,
  mode: number,
): Map<string, VolumeFile> {
  if (!secret && source.optional !== true) throw new KubeletError("VOLUME", `secret "${name}" not found`);
  const data = new Map(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")]));
  return keyedFiles(data, source, mode, "secret");
}

export function configMapFiles(
  name: string,
  source: KeyedSource,
  configMap: ConfigMap | undefined,
  mode: number,
): Map<string, VolumeFile> {
  if (!configMap && source.optional !== true) throw new KubeletError("VOLUME", `configmap "${name}" not found`);
  const data = new Map(Object.entries(configMap?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "utf8")]));
  for (const [key, value] of Object.entries(configMap?.binaryData ?? {})) data.set(key, Buffer.from(value, "base64"));
  return keyedFiles(data, source, mode, "config");
}

function keyedFiles(
  data: ReadonlyMap<string, Buffer>,
  { items, optional }: KeyedSource,
  defaultMode: number,
  kind: string,
): Map<string, VolumeFile> {
  if (!items || items.length === 0)
    return new Map([...data].map(([key, value]) => [key, { data: value, mode: defaultMode }]));
  const files = new Map<string, VolumeFile>();
  for (const { key, path, mode } of items) {
    const value = data.get(key);
    if (value) files.set(checkedPath(path), { data: value, mode: mode ?? defaultMode });
    else if (optional !== true) throw new KubeletError("VOLUME", `references non-existent ${kind} key: ${key}`);
  }
  return files;
}

export function downwardFiles(
  items: readonly DownwardFile[],
  context: DownwardContext,
  defaultMode: number,
): Map<string, VolumeFile> {
  const files = new Map<string, VolumeFile>();
  for (const { path, fieldRef, resourceFieldRef, mode } of items) {
    const text = fieldRef
      ? fieldValue(fieldRef.fieldPath, context)
      : resourceValue(
          resourceFieldRef ?? { resource: "" },
          namedContainer(context.pod, resourceFieldRef?.containerName),
          context.allocatable,
        );
    files.set(checkedPath(path), { data: Buffer.from(text, "utf8"), mode: mode ?? defaultMode });
  }
  return files;
}

function namedContainer(pod: Pod, name: string | undefined) {
  return pod.spec?.containers.find((container) => container.name === name);
}

/** A path from a pod's spec may not leave its volume, whatever the API server has let pass. */
export function checkedPath(path: string): string {
  const parts = path.split("/");
  if (path === "" || path.startsWith("/") || path.startsWith("..") || parts.includes("..")) {
    throw new KubeletError("VOLUME", `the path ${JSON.stringify(path)} must be relative and stay within the volume`);
  }
  return path;
}
