/** Puts a container together, image, environment, mounts and user, and starts its process. */
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Container, Pod, Stored } from "@pilothouse/kubernetes";
import { quantityValue } from "../../quantity/index.ts";
import type { DownwardContext } from "../downward.ts";
import { buildEnvironment, fetchEnvironmentObjects } from "../environment.ts";
import { LogWriter } from "../logs/log-writer.ts";
import type { PodVolumes } from "../volumes/pod-volumes.ts";
import { ContainerRun } from "./container-run.ts";
import { commandLine, containerUser } from "./images.ts";
import type { PodServices } from "./pod-services.ts";
import { ImageError } from "./start-failure.ts";

export interface Launch {
  readonly pod: Stored<Pod>;
  readonly container: Container;
  readonly restartCount: number;
  readonly context: DownwardContext;
  readonly volumes: PodVolumes;
  readonly services: PodServices;
  readonly signal: AbortSignal;
}

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export async function launchContainer(launch: Launch): Promise<ContainerRun> {
  const { pod, container, restartCount, context, volumes, services, signal } = launch;
  const { namespace = "", name, uid } = pod.metadata;
  const image = services.images.resolve(container.image ?? "");
  if (!image) throw new ImageError(`image "${container.image ?? ""}" is not known to this node's image store`);
  const user = containerUser(pod, container, image);
  const objects = await fetchEnvironmentObjects(container, namespace, services.source);
  const hostname = hostnameOf(pod);
  const imageEnvironment = { PATH: DEFAULT_PATH, HOSTNAME: hostname, ...image.env };
  const { serviceEnvironment, now } = services;
  const environment = buildEnvironment({ container, context, objects, imageEnvironment, serviceEnvironment });
  const mounts = await volumes.mountsOf(container, environment);
  const id = randomUUID();
  const scratchDirectory = join(services.places.podDirectory(uid), "containers", id);
  await mkdir(scratchDirectory, { recursive: true });
  const terminationMessageFile = join(scratchDirectory, "termination-log");
  const messagePath = container.terminationMessagePath ?? "/dev/termination-log";
  mounts.push({ hostPath: terminationMessageFile, mountPath: messagePath, readOnly: false });
  const log = new LogWriter(services.places.logFile(pod, container.name, restartCount), {
    ...services.logRotation,
    now: () => new Date(now()),
    onError: (error) => services.logger.warn({ error, pod: `${namespace}/${name}` }, "output of a container was lost"),
  });
  const limit = container.resources?.limits?.["memory"];
  const variables = new Map([...environment].filter(([key]) => !(key in imageEnvironment)));
  signal.throwIfAborted();
  return ContainerRun.start({
    pod,
    container,
    podIP: context.podIP,
    runtime: services.runtime,
    terminationMessageFile,
    now,
    log,
    process: {
      id,
      argv: commandLine(container, image, variables),
      env: Object.fromEntries(environment),
      workingDirectory: container.workingDir ?? image.workingDir ?? "/",
      hostname,
      user,
      mounts,
      hostPaths: image.hostPaths,
      hiddenPaths: services.hiddenPaths,
      scratchDirectory,
      readOnlyRoot: container.securityContext?.readOnlyRootFilesystem === true,
      hosts: hostsFile(context.podIP, hostname),
      memoryLimitBytes: limit === undefined ? undefined : quantityValue(limit),
    },
  });
}

/** The longest that a host name may be is 63 characters; a pod's name may be longer. */
function hostnameOf(pod: Stored<Pod>): string {
  return (pod.spec?.hostname ?? pod.metadata.name).slice(0, 63).replace(/[-.]+$/, "");
}

function hostsFile(podIP: string, hostname: string): string {
  return [
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost kubernetes.default.svc kubernetes.default",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    `${podIP}\t${hostname}`,
    "",
  ].join("\n");
}
