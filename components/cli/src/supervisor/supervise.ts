/** Starts a whole installation on one machine and ends it again: the cluster in this process, the components beside it. */
import { readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { AgentRegistry } from "@pilothouse/contracts";
import { KubernetesClient } from "@pilothouse/kubernetes";
import { startLocalCluster } from "@pilothouse/local-cluster";
import { messageOf } from "../errors.ts";
import { Component } from "./child.ts";
import {
  backendComponent,
  frontendComponent,
  type Installation,
  operatorComponent,
  publicApiComponent,
  simulatorComponent,
} from "./components.ts";
import { fillCompileCache } from "./compile-cache.ts";
import { dataDirectory, prepareDataDirectory } from "./data-directory.ts";
import { endpointsOf, formerPorts, writeEndpoints } from "./endpoints.ts";
import { ensureFrontendBuild } from "./frontend-build.ts";
import { projectImages } from "./images.ts";
import { prepareKeys } from "./keys.ts";
import { createLoginLink } from "./login-link.ts";
import { installManifests } from "./manifests.ts";
import { oidcOptions } from "./oidc.ts";
import { operatorKubeconfig } from "./operator-identity.ts";
import { choosePorts, freePort } from "./ports.ts";
import type { Progress } from "./progress.ts";
import { checkRequirements } from "./requirements.ts";
import { ROOT } from "./root.ts";
import { sharedFolders } from "./shared-folders.ts";
import { takeDataDirectory } from "./running.ts";

export type SuperviseOptions = {
  dataDir?: string;
  port?: number;
  simulateModel: boolean;
  /** Whether to build and start the web interface. */
  ui: boolean;
  share: string[];
  progress: Progress;
  signal: AbortSignal;
};

export type Running = Started & { stop: () => Promise<void> };

/** `link` is absent when no web interface was started. */
type Started = { link?: string; backend: string; user: string };

const READY_TIMEOUT_MS = 60_000;
const WEAKER_ISOLATION =
  "bubblewrap is not installed, or cannot be used here: sessions run as plain processes and can see your files. " +
  "For isolation install it (Debian, Ubuntu: apt-get install bubblewrap) and start again.";
/** How long sessions have to end by themselves when the installation stops. */
const POD_GRACE_MS = 10_000;
const COMPONENT_GRACE_MS = 5_000;
const USER_TOKEN_SECONDS = 30 * 24 * 60 * 60;

/** Starts everything and resolves once all of it answers. When it fails, or `signal` aborts, what was started is ended. */
export async function supervise(options: SuperviseOptions): Promise<Running> {
  const { progress, signal } = options;
  const cleanups: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).toReversed()) {
      try {
        await cleanup();
      } catch (error) {
        progress.note(`while stopping: ${messageOf(error)}`);
      }
    }
  };
  try {
    return { ...(await start(options, cleanups)), stop };
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    throw error;
  }
}

async function start(options: SuperviseOptions, cleanups: (() => Promise<void> | void)[]): Promise<Started> {
  const { progress, signal } = options;
  const shared = sharedFolders(options.share);
  const directory = dataDirectory(options.dataDir);
  prepareDataDirectory(directory);
  cleanups.push(await takeDataDirectory(directory));
  checkRequirements();
  const ports = await choosePorts(options.port, formerPorts(directory), options.ui);
  const endpoints = endpointsOf(ports, options.ui);
  const keys = prepareKeys(directory);
  const building = options.ui ? ensureFrontendBuild((message) => progress.note(message), signal) : Promise.resolve();
  building.catch(() => undefined);

  const cluster = await progress.step("Starting the Kubernetes API", () =>
    startLocalCluster({
      dataDir: directory.cluster,
      port: ports.kubernetes,
      kubeconfigFile: directory.kubeconfigFile,
      images: projectImages({ shared, recordings: directory.recordings }),
      hiddenPaths: [directory.path],
      podGraceMs: POD_GRACE_MS,
      oidc: oidcOptions(process.env),
      log: join(directory.logs, "cluster.log"),
    }),
  );
  if (cluster.isolation === "none") progress.note(WEAKER_ISOLATION);
  const stopped = new AbortController();
  cleanups.push(() => cluster.stop());
  const admin = new KubernetesClient({
    transport: cluster.inProcess({ name: "pilothouse-cli", groups: ["system:masters"] }),
  });
  await progress.step("Installing resources and roles", () => installManifests(admin, signal));

  const run = (component: Component): Component => {
    component.start();
    cleanups.push(() => component.stop(COMPONENT_GRACE_MS));
    return component;
  };
  const upstreams = modelUpstreams();
  const waiting: Promise<void>[] = [];
  const startComponent = (component: Component): void => {
    const ready = run(component).waitUntilReady(READY_TIMEOUT_MS, signal);
    // A failure is reported where all of them are awaited, which may be later than it happens.
    ready.catch(() => undefined);
    waiting.push(ready);
  };
  if (options.simulateModel) {
    const port = await freePort();
    // It speaks the protocols of all of them, so that no runner type asks a provider that nobody has a key for.
    for (const name of UPSTREAMS) upstreams[name] = `http://127.0.0.1:${port}`;
    startComponent(new Component(simulatorComponent(directory, port)));
  }
  const installation: Installation = {
    directory,
    ports,
    endpoints,
    keys,
    caFile: cluster.caFile,
    operatorKubeconfig: await operatorKubeconfig(admin, cluster, directory.operator, stopped.signal),
    registryFile: registryFile(join(directory.configuration, "agent-registry.json"), options.simulateModel),
    operatorPort: await freePort(),
    upstreams,
  };
  // Pods end before the backend does, so that runners can hand over the last events; hence this order of starts.
  startComponent(new Component(backendComponent(installation)));
  cleanups.push(() => cluster.stopPods());
  startComponent(new Component(operatorComponent(installation)));
  startComponent(new Component(publicApiComponent(installation)));
  await building;
  if (endpoints.ui !== undefined) startComponent(new Component(frontendComponent(installation, endpoints.ui)));
  cleanups.push(() => stopped.abort());
  await progress.step("Starting the components", () => Promise.all(waiting));
  // In the background: it costs a second of two cores, and nobody waits for it.
  fillCompileCache(stopped.signal).catch((error: unknown) => progress.note(`compile cache: ${messageOf(error)}`));

  writeEndpoints(directory, endpoints);
  const user = userInfo().username;
  const token = cluster.mintUserToken({ user, groups: [], expiresInSeconds: USER_TOKEN_SECONDS });
  const link = endpoints.ui === undefined ? {} : { link: createLoginLink(directory, endpoints.ui, token) };
  return { ...link, backend: endpoints.backend, user };
}

const UPSTREAMS = ["ANTHROPIC_UPSTREAM_URL", "GEMINI_UPSTREAM_URL", "OPENAI_UPSTREAM_URL"];

/** Where brokers send model traffic, as far as the environment says so. */
function modelUpstreams(): Record<string, string> {
  return Object.fromEntries(
    UPSTREAMS.flatMap((name) => {
      const value = process.env[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}

/**
 * What a runner asks for on one machine. Requests set room aside for a cluster's scheduler; here they would only have a
 * laptop refuse a session that it could well run beside others that wait for their users.
 */
const LOCAL_REQUESTS = { cpu: "2m", memory: "32Mi" };

/** The agent registry in force: the shipped one, with a machine's requests; with a simulated model no runner type needs a key. */
function registryFile(file: string, simulateModel: boolean): string {
  const shipped = join(ROOT, "deploy", "registries", "agent-registry.json");
  const registry = AgentRegistry.parse(JSON.parse(readFileSync(shipped, "utf8")));
  for (const entry of registry) entry.container.resources.requests = LOCAL_REQUESTS;
  if (simulateModel) for (const entry of registry) entry.auth.requiredSecretKeys = [];
  writeFileSync(file, JSON.stringify(registry, null, 2), { mode: 0o600 });
  return file;
}
