/** All volumes of one pod: set up before its containers start, refreshed while it runs, removed with it. */
import { mkdir, realpath, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Container, Pod, ProjectedSource, Stored, Volume } from "@pilothouse/kubernetes";
import type { DownwardContext } from "../downward.ts";
import { KubeletError } from "../errors.ts";
import { expandReferences } from "../expansion.ts";
import type { IssuedToken, ObjectSource } from "../object-source.ts";
import { isWithin } from "../process/bubblewrap-arguments.ts";
import type { ContainerMount } from "../process/index.ts";
import { sameFiles, type VolumeFile, type VolumeFiles, writeAtomically } from "./atomic-files.ts";
import { checkedPath, configMapFiles, DEFAULT_MODE, downwardFiles, secretFiles } from "./volume-files.ts";

export interface VolumePlaces {
  /** For volumes that live and die with the pod. */
  podDirectory(uid: string): string;
  /** The same in memory, for secrets and for emptyDirs with medium Memory. */
  memoryDirectory(uid: string): string;
  /** Where a claim's data lives, made when it is not there yet. */
  claimDirectory(namespace: string, name: string, uid: string): string;
}

/** Tokens are renewed when 80 % of their life is over, or after a day. */
const RENEW_SHARE = 0.8;
const DAY = 86_400_000;

interface HeldToken extends IssuedToken {
  readonly renewAt: number;
}

export class PodVolumes {
  readonly #pod: Stored<Pod>;
  readonly #places: VolumePlaces;
  readonly #source: ObjectSource;
  readonly #now: () => number;
  readonly #paths = new Map<string, string>();
  readonly #written = new Map<string, VolumeFiles>();
  readonly #tokens = new Map<string, HeldToken>();
  #refreshing: Promise<void> = Promise.resolve();

  constructor(pod: Stored<Pod>, places: VolumePlaces, source: ObjectSource, now: () => number) {
    this.#pod = pod;
    this.#places = places;
    this.#source = source;
    this.#now = now;
  }

  /** Volumes whose files come from the API, and which therefore can change while the pod runs. */
  get #changeable(): Volume[] {
    const all = this.#pod.spec?.volumes ?? [];
    return all.filter((volume) => volume.secret ?? volume.configMap ?? volume.projected ?? volume.downwardAPI);
  }

  /** Makes every volume ready. Fails with the first problem in the kubelet's words; may be called again. */
  async setUp(context: DownwardContext): Promise<void> {
    await Promise.all(
      (this.#pod.spec?.volumes ?? []).map(async (volume) => {
        try {
          this.#paths.set(volume.name, await this.#prepare(volume, context));
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new KubeletError("VOLUME", `MountVolume.SetUp failed for volume "${volume.name}" : ${reason}`, {
            cause: error,
          });
        }
      }),
    );
  }

  /** Writes anew what has changed, tokens that are due included. One at a time, so that the last state wins. */
  refresh(context: DownwardContext): Promise<void> {
    this.#refreshing = this.#refreshing
      .catch(() => undefined)
      .then(async () => {
        for (const volume of this.#changeable) await this.#prepare(volume, context);
      });
    return this.#refreshing;
  }

  /** When the next token must be renewed; undefined when the pod has none. */
  get renewAt(): number | undefined {
    const times = [...this.#tokens.values()].map((token) => token.renewAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Whether a change of that object can change a file of this pod. */
  uses(kind: "secret" | "configMap", name: string): boolean {
    return this.#changeable.some((volume) => {
      const sources: ProjectedSource[] = volume.projected?.sources ?? [];
      if (kind === "secret")
        return volume.secret?.secretName === name || sources.some((source) => source.secret?.name === name);
      return volume.configMap?.name === name || sources.some((source) => source.configMap?.name === name);
    });
  }

  async #prepare(volume: Volume, context: DownwardContext): Promise<string> {
    const { uid, namespace = "" } = this.#pod.metadata;
    const inPod = join(this.#places.podDirectory(uid), "volumes", volume.name);
    if (volume.persistentVolumeClaim) {
      const { claimName } = volume.persistentVolumeClaim;
      const claim = await this.#source.claim(namespace, claimName);
      if (!claim) throw new KubeletError("VOLUME", `persistentvolumeclaim "${claimName}" not found`);
      if (claim.metadata.deletionTimestamp)
        throw new KubeletError("VOLUME", `persistentvolumeclaim "${claimName}" is being deleted`);
      return made(this.#places.claimDirectory(namespace, claimName, claim.metadata.uid));
    }
    // It would show any pod the whole machine: the cluster's keys, other pods' data, the user's home.
    if (volume.hostPath) throw new KubeletError("VOLUME", "hostPath volumes are not offered on this node");
    if (volume.emptyDir) {
      const inMemory = volume.emptyDir.medium === "Memory";
      return made(inMemory ? join(this.#places.memoryDirectory(uid), volume.name) : inPod);
    }
    const files = await this.#filesOf(volume, context);
    if (!files) throw new KubeletError("VOLUME", "no volume plugin matched");
    const secret = volume.secret ?? volume.projected;
    const directory = secret ? join(this.#places.memoryDirectory(uid), volume.name) : inPod;
    if (!sameFiles(this.#written.get(volume.name), files)) {
      await writeAtomically(directory, files);
      this.#written.set(volume.name, files);
    }
    return directory;
  }

  async #filesOf(volume: Volume, context: DownwardContext): Promise<Map<string, VolumeFile> | undefined> {
    const { secret, configMap, downwardAPI, projected } = volume;
    const namespace = this.#pod.metadata.namespace ?? "";
    if (secret) {
      const found = await this.#source.secret(namespace, secret.secretName);
      return secretFiles(secret.secretName, secret, found, secret.defaultMode ?? DEFAULT_MODE);
    }
    if (configMap) {
      const found = await this.#source.configMap(namespace, configMap.name);
      return configMapFiles(configMap.name, configMap, found, configMap.defaultMode ?? DEFAULT_MODE);
    }
    if (downwardAPI) return downwardFiles(downwardAPI.items ?? [], context, downwardAPI.defaultMode ?? DEFAULT_MODE);
    if (!projected) return undefined;
    const mode = projected.defaultMode ?? DEFAULT_MODE;
    const parts = await Promise.all(
      projected.sources.map((source, index) => this.#projectedFiles(source, `${volume.name}/${index}`, mode, context)),
    );
    return new Map(parts.flatMap((part) => [...part]));
  }

  async #projectedFiles(
    source: ProjectedSource,
    id: string,
    mode: number,
    context: DownwardContext,
  ): Promise<Map<string, VolumeFile>> {
    const namespace = this.#pod.metadata.namespace ?? "";
    const { secret, configMap, downwardAPI, serviceAccountToken } = source;
    if (secret) return secretFiles(secret.name, secret, await this.#source.secret(namespace, secret.name), mode);
    if (configMap)
      return configMapFiles(configMap.name, configMap, await this.#source.configMap(namespace, configMap.name), mode);
    if (downwardAPI) return downwardFiles(downwardAPI.items ?? [], context, mode);
    if (!serviceAccountToken) return new Map();
    const { audience, expirationSeconds = 3600, path } = serviceAccountToken;
    const { token } = await this.#token(id, audience, expirationSeconds);
    return new Map([[checkedPath(path), { data: Buffer.from(token, "utf8"), mode: 0o600 }]]);
  }

  async #token(id: string, audience: string | undefined, expirationSeconds: number): Promise<IssuedToken> {
    const held = this.#tokens.get(id);
    const now = this.#now();
    if (held && now < held.renewAt) return held;
    const issued = await this.#source.token(this.#pod, audience, expirationSeconds);
    const renewAt = now + Math.min((issued.expiresAt - now) * RENEW_SHARE, DAY);
    this.#tokens.set(id, { ...issued, renewAt });
    return issued;
  }

  /** Where this container's mounts lie on this machine, parents before what is mounted inside them. */
  async mountsOf(container: Container, environment: ReadonlyMap<string, string>): Promise<ContainerMount[]> {
    const mounts = await Promise.all(
      (container.volumeMounts ?? []).map(async (mount): Promise<ContainerMount> => {
        const volume = this.#pod.spec?.volumes?.find(({ name }) => name === mount.name);
        const root = this.#paths.get(mount.name);
        if (!volume || root === undefined) throw new KubeletError("CONFIG", `volume "${mount.name}" is not set up`);
        const fromApi = Boolean(volume.secret ?? volume.configMap ?? volume.projected ?? volume.downwardAPI);
        const readOnly = mount.readOnly === true || fromApi || volume.persistentVolumeClaim?.readOnly === true;
        const subPath = mount.subPathExpr ? expandReferences(mount.subPathExpr, environment) : (mount.subPath ?? "");
        const hostPath = subPath === "" ? root : await subPathWithin(root, subPath, !fromApi);
        return { hostPath, mountPath: mount.mountPath.replace(/(?<=.)\/+$/, ""), readOnly };
      }),
    );
    return mounts.sort((left, right) => depth(left.mountPath) - depth(right.mountPath));
  }

  /** Removes what lives and dies with the pod; a claim's data stays. */
  async tearDown(): Promise<void> {
    const { uid } = this.#pod.metadata;
    await this.#refreshing.catch(() => undefined);
    await rm(this.#places.memoryDirectory(uid), { recursive: true, force: true });
    await rm(this.#places.podDirectory(uid), { recursive: true, force: true });
  }
}

function depth(path: string): number {
  return path.split("/").length;
}

async function made(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  return directory;
}

/** Follows links inside the volume, and refuses those that lead out of it. */
async function subPathWithin(root: string, subPath: string, create: boolean): Promise<string> {
  const path = join(root, checkedPath(subPath));
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists && !create)
    throw new KubeletError("CONFIG", `failed to prepare subPath ${JSON.stringify(subPath)} for volumeMount`);
  if (!exists) await mkdir(path, { recursive: true });
  const [real, realRoot] = await Promise.all([realpath(path), realpath(root)]);
  if (!isWithin(real, realRoot))
    throw new KubeletError("CONFIG", `subPath ${JSON.stringify(subPath)} leads out of its volume`);
  return real;
}
