// ServiceAccount tokens: JWTs bound to an account, and if asked to a pod, a secret or a node. A token dies with what it
// is bound to, so every check looks at the store; only the signature's check is remembered (by the authenticator).
import { randomUUID } from "node:crypto";
import { isJsonObject, numberAt, stringAt, stringsAt, type JsonObject } from "../json.ts";
import type { ClusterStore } from "../storage/store.ts";
import { TokenSigner } from "./jwt.ts";
import { serviceAccountUser, type UserInfo } from "./user.ts";

export const ISSUER = "https://kubernetes.default.svc.cluster.local";

export interface BoundObject {
  readonly kind: "Pod" | "Secret" | "Node";
  readonly name: string;
  readonly uid: string;
}

export interface TokenSpec {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  readonly expiresInSeconds: number;
  readonly bound?: BoundObject;
  /** Where the bound pod runs. */
  readonly node?: { readonly name: string; readonly uid: string };
}

export interface CheckedToken {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

export class ServiceAccountTokens {
  readonly #signer: TokenSigner;
  readonly #store: ClusterStore;

  constructor(privateKeyPem: string, store: ClusterStore) {
    this.#signer = new TokenSigner(privateKeyPem);
    this.#store = store;
  }

  mint(spec: TokenSpec): { token: string; expires: Date } {
    const now = Math.floor(Date.now() / 1000);
    const expires = now + spec.expiresInSeconds;
    const kubernetes: JsonObject = {
      namespace: spec.namespace,
      serviceaccount: { name: spec.name, uid: spec.uid },
    };
    if (spec.bound !== undefined)
      kubernetes[spec.bound.kind.toLowerCase()] = { name: spec.bound.name, uid: spec.bound.uid };
    if (spec.node !== undefined) kubernetes["node"] = { ...spec.node };
    const token = this.#signer.sign({
      iss: ISSUER,
      sub: `system:serviceaccount:${spec.namespace}:${spec.name}`,
      aud: [...(spec.audiences.length === 0 ? [ISSUER] : spec.audiences)],
      iat: now,
      nbf: now,
      exp: expires,
      jti: randomUUID(),
      "kubernetes.io": kubernetes,
    });
    return { token, expires: new Date(expires * 1000) };
  }

  /** The signature's part of the check: the same for ever, so it may be remembered. */
  claims(token: string): JsonObject | undefined {
    const claims = this.#signer.verify(token);
    return claims?.["iss"] === ISSUER ? claims : undefined;
  }

  /** Whether the claims still hold: time, account, and bound object. */
  check(claims: JsonObject): CheckedToken | undefined {
    const now = Date.now() / 1000;
    if ((numberAt(claims, "exp") ?? 0) <= now || (numberAt(claims, "nbf") ?? 0) > now + 10) return undefined;
    const private_ = claims["kubernetes.io"];
    if (!isJsonObject(private_)) return undefined;
    const namespace = stringAt(private_, "namespace");
    const name = stringAt(private_, "serviceaccount", "name");
    const uid = stringAt(private_, "serviceaccount", "uid");
    if (!this.#exists("serviceaccounts", namespace, name, uid)) return undefined;
    const extra: Record<string, readonly string[]> = {};
    const tokenId = stringAt(claims, "jti");
    if (tokenId !== "") extra["authentication.kubernetes.io/credential-id"] = [`JTI=${tokenId}`];
    for (const [kind, table, scope] of [
      ["pod", "pods", namespace],
      ["secret", "secrets", namespace],
      ["node", "nodes", ""],
    ] as const) {
      const bound = private_[kind];
      if (!isJsonObject(bound)) continue;
      const boundName = stringAt(bound, "name");
      const boundUid = stringAt(bound, "uid");
      // The node of a pod-bound token is told, but only the pod must live.
      if (kind !== "node" || !isJsonObject(private_["pod"]))
        if (!this.#exists(table, scope, boundName, boundUid)) return undefined;
      if (kind === "secret") continue;
      extra[`authentication.kubernetes.io/${kind}-name`] = [boundName];
      if (boundUid !== "") extra[`authentication.kubernetes.io/${kind}-uid`] = [boundUid];
    }
    const audience = claims["aud"];
    const audiences = typeof audience === "string" ? [audience] : stringsAt(claims, "aud");
    return { user: serviceAccountUser(namespace, name, { uid, extra }), audiences };
  }

  #exists(resource: string, namespace: string, name: string, uid: string): boolean {
    return this.#store.get({ resource, namespace, name })?.uid === uid;
  }

  jwks(): JsonObject {
    return { keys: [this.#signer.jwk()] };
  }
}
