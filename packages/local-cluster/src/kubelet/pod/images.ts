/** What an image is on a machine without images: a command, the files that it needs, and defaults. */
import type { Container, Pod } from "@pilothouse/kubernetes";
import { KubeletError } from "../errors.ts";
import { expandReferences } from "../expansion.ts";

export interface LocalImage {
  readonly entrypoint: readonly string[];
  /** Arguments that a container's own `args` replace. */
  readonly cmd?: readonly string[];
  readonly workingDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Parts of this machine that the container sees, at the same path. */
  readonly hostPaths: readonly { readonly path: string; readonly readOnly: boolean }[];
  /** `uid` or `uid:gid`, default 1000: what the container's processes are inside, whoever runs this machine. */
  readonly user?: string;
}

export interface ImageStore {
  /** Undefined: there is no such image on this machine. */
  resolve(image: string): LocalImage | undefined;
}

const DEFAULT_USER = 1000;

/** As container runtimes do: `command` replaces the entrypoint and drops the image's arguments, `args` replaces those. */
export function commandLine(container: Container, image: LocalImage, variables: ReadonlyMap<string, string>): string[] {
  const { command = [], args = [] } = container;
  const entrypoint = command.length > 0 ? command : image.entrypoint;
  const rest = args.length > 0 || command.length > 0 ? args : (image.cmd ?? []);
  return [...entrypoint, ...rest].map((part) => expandReferences(part, variables));
}

export function containerUser(pod: Pod, container: Container, image: LocalImage): { uid: number; gid: number } {
  const [imageUser, imageGroup] = (image.user ?? "")
    .split(":")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : undefined));
  const own = container.securityContext ?? {};
  const common = pod.spec?.securityContext ?? {};
  const uid = own.runAsUser ?? common.runAsUser ?? imageUser ?? DEFAULT_USER;
  const gid = own.runAsGroup ?? common.runAsGroup ?? imageGroup ?? uid;
  if ((own.runAsNonRoot ?? common.runAsNonRoot) === true && uid === 0) {
    throw new KubeletError(
      "CONFIG",
      `container has runAsNonRoot and image will run as root (pod: "${pod.metadata?.name ?? ""}", container: ${container.name})`,
    );
  }
  return { uid, gid };
}
