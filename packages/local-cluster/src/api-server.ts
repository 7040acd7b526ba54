// The API server put together: store, catalog, authentication, authorization, admission, and its two doors.
import path from "node:path";
import type { Transport } from "@pilothouse/kubernetes";
import type { Logger } from "pino";
import { AdmissionChain } from "./admission/admission.ts";
import { limitRanger } from "./admission/limit-ranger.ts";
import { validatingAdmissionPolicy } from "./admission/policy/index.ts";
import { namespaceLifecycle } from "./admission/namespace-lifecycle.ts";
import { resourceQuota } from "./admission/quota/resource-quota.ts";
import { rbacEscalation } from "./admission/rbac-escalation.ts";
import { serviceAccount } from "./admission/service-account.ts";
import { ObjectDeleter } from "./api/deletion.ts";
import { ApiHandler } from "./api/handler.ts";
import { inProcessTransport } from "./api/in-process.ts";
import type { NodeAccess } from "./api/node-access.ts";
import { startServer, type RunningServer } from "./api/server.ts";
import { shapeOf, type Shape } from "./api/apply/shape.ts";
import { ObjectWriter } from "./api/write.ts";
import { Authenticator } from "./auth/authenticate.ts";
import type { OidcOptions } from "./auth/oidc-tokens.ts";
import type { ClusterKeys } from "./auth/key-files.ts";
import { startAggregation } from "./auth/rbac/aggregation.ts";
import { RbacAuthorizer } from "./auth/rbac/index.ts";
import { ServiceAccountTokens } from "./auth/service-account-tokens.ts";
import { UserTokens } from "./auth/user-tokens.ts";
import { SYSTEM, type UserInfo } from "./auth/user.ts";
import { bootstrap } from "./bootstrap.ts";
import type { KubernetesObject } from "./objects.ts";
import { Catalog } from "./resources/catalog.ts";
import { startCustomResources } from "./resources/custom/controller.ts";
import { customSchemaOf } from "./resources/custom/definitions.ts";
import type { ResourceDefinition } from "./resources/definition.ts";
import type { SchemaCompiler } from "./resources/custom/resource.ts";
import { ClusterStore } from "./storage/store.ts";
import type { ObjectIndex } from "./storage/stored-object.ts";

export interface ApiServerOptions {
  readonly dataDirectory: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly keys: ClusterKeys;
  readonly compileSchema: SchemaCompiler;
  readonly logger: Logger;
  readonly oidc?: OidcOptions | undefined;
}

export interface ApiServer {
  readonly port: number;
  readonly store: ClusterStore;
  readonly catalog: Catalog;
  readonly serviceAccountTokens: ServiceAccountTokens;
  transport(user: UserInfo): Transport;
  /** Connects the kubelet: from here on logs and exec work. */
  attachNode(node: NodeAccess): void;
  stop(): Promise<void>;
}

export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const catalog = new Catalog();
  const indexer = (resource: string, object: KubernetesObject): ObjectIndex => ({
    uid: object.metadata.uid ?? "",
    labels: object.metadata.labels ?? {},
    fields: catalog.byTable(resource)?.strategy.fields(object) ?? {},
  });
  const store = ClusterStore.open({ file: path.join(options.dataDirectory, "cluster.sqlite"), indexer });
  const authorizer = new RbacAuthorizer(store);
  const policies = validatingAdmissionPolicy(store, authorizer, (apiVersion, kind) => catalog.byKind(apiVersion, kind));
  // In Kubernetes' order: what counts against a quota is counted when nothing else can refuse any more.
  const admission = new AdmissionChain([
    namespaceLifecycle(store),
    limitRanger(store),
    serviceAccount(store),
    rbacEscalation(authorizer),
    policies,
    resourceQuota(store),
  ]);
  const shapes = shapesOf(store);
  const writer = new ObjectWriter(store, admission, shapes);
  const deleter = new ObjectDeleter(store, admission);
  const serviceAccountTokens = new ServiceAccountTokens(options.keys.serviceAccountKeyPem, store);
  // Loaded by those who want it: a start must be quick.
  const oidc = options.oidc && new (await import("./auth/oidc-tokens.ts")).OidcTokens(options.oidc);
  const authenticator = new Authenticator(new UserTokens(options.dataDirectory), serviceAccountTokens, oidc);

  const deleteAll = async (table: string): Promise<void> => {
    const definition = catalog.byTable(table);
    if (definition === undefined) return;
    const wish = { gracePeriodSeconds: undefined, propagation: undefined, uid: undefined, resourceVersion: undefined };
    const how = {
      user: SYSTEM,
      dryRun: false,
      fieldValidation: "Ignore",
      fieldManager: "kube-apiserver",
      warn: () => {},
    } as const;
    await Promise.allSettled(store.list(table).map((object) => deleter.delete(definition, object, wish, how)));
  };
  const custom = startCustomResources(store, catalog, options.compileSchema, deleteAll, (error, definition) =>
    options.logger.error({ err: error, definition }, "the custom resource definition could not be served"),
  );
  let node: NodeAccess | undefined;
  const handler = new ApiHandler({
    store,
    catalog,
    admission,
    writer,
    shapes,
    authenticator,
    authorizer,
    serviceAccountTokens,
    node: () => node,
    onError: (error, request) =>
      options.logger.error({ err: error, method: request.method, path: request.path }, "a request failed"),
  });
  let server: RunningServer;
  try {
    await bootstrap(store, catalog, writer);
    server = await startServer({
      port: options.port,
      certificate: options.keys.server,
      authorityPem: options.keys.authorityPem,
      handler,
      authenticator,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const aggregation = startAggregation(store);
  const transports = new Set<Transport>();
  return {
    port: server.port,
    store,
    catalog,
    serviceAccountTokens,
    transport: (user) => {
      const transport = inProcessTransport(handler, user);
      transports.add(transport);
      return transport;
    },
    attachNode: (access) => {
      node = access;
    },
    stop: async () => {
      await Promise.all([...transports].map((transport) => transport.close()));
      await server.stop();
      aggregation.stop();
      custom.stop();
      policies.stop();
      authorizer.stop();
      await store.close();
    },
  };
}

/** How the objects of a resource merge; worked out once per definition, and a changed definition is another one. */
function shapesOf(store: ClusterStore): (definition: ResourceDefinition) => Shape {
  const known = new WeakMap<ResourceDefinition, Shape>();
  return (definition) => {
    let shape = known.get(definition);
    if (shape === undefined) {
      shape = shapeOf(definition, customSchemaOf(store, definition));
      known.set(definition, shape);
    }
    return shape;
  };
}
