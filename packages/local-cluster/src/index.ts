// An embedded Kubernetes: API server, controllers and a node of processes, for one machine.
export { startLocalCluster, mintUserToken } from "./cluster.ts";
export type { Identity, LocalCluster, LocalClusterOptions } from "./cluster.ts";
export type { OidcOptions } from "./auth/oidc-tokens.ts";
export type { UserTokenRequest } from "./auth/user-tokens.ts";
export { ClusterError, type ClusterErrorCode } from "./errors.ts";
export type { LogOptions, NodeAccess } from "./api/node-access.ts";
export type { ImageStore, LocalImage } from "./kubelet/index.ts";
