// A Kubernetes cluster in this process: the API over TLS, its controllers, and a node that runs pods as processes.
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Transport } from "@pilothouse/kubernetes";
import pino, { type Logger } from "pino";
import { stringify } from "yaml";
import { startApiServer, type ApiServer } from "./api-server.ts";
import { keyDirectory, openClusterKeys, writeAtomically, type ClusterKeys } from "./auth/key-files.ts";
import { authenticatedUser } from "./auth/user.ts";
import type { OidcOptions } from "./auth/oidc-tokens.ts";
import { UserTokens, type UserTokenRequest } from "./auth/user-tokens.ts";
import { ClusterError } from "./errors.ts";
import { valueAt } from "./json.ts";
import { compileCustomResource } from "./schema/index.ts";
import { lockDirectory, type DirectoryLock } from "./storage/lock.ts";
import type { ImageStore } from "./kubelet/index.ts";
import { startWorkloads } from "./workloads.ts";

const DEFAULT_POD_GRACE_MS = 10_000;

export interface LocalClusterOptions {
  /** Everything that lasts is in here: state, keys, logs and volumes. Made when missing. */
  readonly dataDir: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** Where the administrator's kubeconfig goes. Default: `kubeconfig` in the data directory. */
  readonly kubeconfigFile?: string;
  /** What the images of pods are on this machine. Without it there is no node: pods stay Pending. */
  readonly images?: ImageStore;
  /** How long pods may take to end when the cluster stops. Default 10 s. */
  readonly podGraceMs?: number;
  /** "none": pods are plain processes even where bubblewrap would work. Default "auto". */
  readonly isolation?: "auto" | "none";
  /** What no pod may see even where an image shows a directory around it. Default: the data directory. */
  readonly hiddenPaths?: readonly string[];
  /** False: an API alone, in which nothing happens by itself. Default true. */
  readonly controllers?: boolean;
  /** An OpenID Connect provider whose ID tokens count as users', beside the tokens that this cluster mints. */
  readonly oidc?: OidcOptions | undefined;
  /** Default: silent, or to the file `log`. */
  readonly logger?: Logger;
  readonly log?: string;
}

export interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface LocalCluster {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly caFile: string;
  readonly adminKubeconfigFile: string;
  /** "none" when pods can see each other's files and this user's: worth a warning. Undefined without a node. */
  readonly isolation: "bubblewrap" | "none" | undefined;
  /** The API without sockets, as the given user: same admission, same RBAC. */
  inProcess(identity: Identity): Transport;
  /** A bearer token for a local user, good on this data directory until it expires. */
  mintUserToken(request: UserTokenRequest): string;
  /** Ends every pod and the node, while the API goes on. `stop` does it too. */
  stopPods(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts, or starts again, the cluster of a data directory. Throws ClusterError when it is in use. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { dataDir } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = takeLock(dataDir);
  try {
    const logger = options.logger ?? defaultLogger(options.log);
    const keys = openClusterKeys(dataDir);
    const tokens = new UserTokens(dataDir);
    const api = await startApi(options, keys, logger);
    const url = `https://127.0.0.1:${api.port}`;
    const adminKubeconfigFile = options.kubeconfigFile ?? path.join(dataDir, "kubeconfig");
    writeAtomically(adminKubeconfigFile, adminKubeconfig(url, keys), 0o600);
    const { images, isolation = "auto", hiddenPaths = [dataDir], podGraceMs = DEFAULT_POD_GRACE_MS } = options;
    const wanted = { dataDir, caPem: keys.authorityPem, images, isolation, hiddenPaths, logger };
    const starting = options.controllers === false ? undefined : startWorkloads(api, wanted);
    const workloads = await starting?.catch(async (error: unknown) => {
      await api.stop();
      throw error;
    });
    const stopPods = async (): Promise<void> => workloads?.stopPods(podGraceMs / 1000);
    return {
      url,
      port: api.port,
      caFile: keys.authorityFile,
      adminKubeconfigFile,
      inProcess: (identity) => api.transport(authenticatedUser(identity.name, identity.groups)),
      mintUserToken: (request) => tokens.mint(request),
      isolation: workloads?.kubelet?.isolation,
      stopPods,
      stop: async () => {
        await stopPods();
        await workloads?.stop();
        await api.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Mints with the key in the data directory alone, whether the cluster runs or not. */
export function mintUserToken(dataDir: string, request: UserTokenRequest): string {
  if (!existsSync(keyDirectory(dataDir)))
    throw new ClusterError("NOT_A_CLUSTER", `${dataDir} holds no cluster: start it once before asking for tokens`);
  return new UserTokens(dataDir).mint(request);
}

function takeLock(dataDir: string): DirectoryLock {
  const lock = lockDirectory(dataDir);
  if ("release" in lock) return lock;
  const who = lock.holder === undefined ? "another process" : `process ${lock.holder}`;
  throw new ClusterError(
    "DATA_DIRECTORY_IN_USE",
    `the data directory ${dataDir} is in use by ${who}: stop that one, or choose another directory`,
  );
}

async function startApi(options: LocalClusterOptions, keys: ClusterKeys, logger: Logger): Promise<ApiServer> {
  const port = options.port ?? 0;
  try {
    return await startApiServer({
      dataDirectory: options.dataDir,
      port,
      keys,
      compileSchema: (version) => compileCustomResource(valueAt(version, "schema", "openAPIV3Schema")),
      logger,
      oidc: options.oidc,
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new ClusterError("PORT_IN_USE", `port ${port} on 127.0.0.1 is in use: choose another one`, {
        cause: error,
      });
    throw error;
  }
}

function defaultLogger(file: string | undefined): Logger {
  return file === undefined
    ? pino({ level: "silent" })
    : pino(pino.destination({ dest: file, mkdir: true, sync: false }));
}

function adminKubeconfig(url: string, keys: ClusterKeys): string {
  const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
  const name = "pilothouse";
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url, "certificate-authority-data": base64(keys.authorityPem) } }],
    users: [
      {
        name: "admin",
        user: {
          "client-certificate-data": base64(keys.admin.certificatePem),
          "client-key-data": base64(keys.admin.keyPem),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: "admin" } }],
    "current-context": name,
  });
}
