// ID tokens of an outside provider, at the API's own door: a provider with real keys, and the attacks on it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createUndiciTransport, type Transport } from "@pilothouse/kubernetes";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalCluster, type LocalCluster } from "../cluster.ts";
import { parseJson, stringAt, stringsAt, type Json } from "../json.ts";
import { OidcTokens } from "./oidc-tokens.ts";

const dataDir = mkdtempSync(path.join(tmpdir(), "cluster-oidc-"));
const keys = await generateKeyPair("RS256", { extractable: true });
const others = await generateKeyPair("RS256");
let jwks: object;
let asked = 0;
const provider = createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  if (request.url === "/jwks") asked += 1;
  response.end(JSON.stringify(request.url === "/jwks" ? jwks : { issuer, jwks_uri: `${issuer}/jwks` }));
});
let issuer: string;
let cluster: LocalCluster;
let transport: Transport;

beforeAll(async () => {
  jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: "one", alg: "RS256" }] };
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  cluster = await startLocalCluster({
    dataDir,
    controllers: false,
    oidc: { issuerUrl: issuer, clientId: "pilothouse", groupsPrefix: "sso:" },
  });
  transport = createUndiciTransport({
    server: cluster.url,
    certificateAuthority: readFileSync(cluster.caFile, "utf8"),
  });
});

afterAll(async () => {
  await transport.close();
  await cluster.stop();
  provider.closeAllConnections();
  provider.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function post(kind: string, plural: string, spec: Json, token: string) {
  const response = await transport.request({
    method: "POST",
    path: `/apis/authentication.k8s.io/v1/${plural}`,
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind, spec }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return { status: response.status, body: parseJson(Buffer.concat(chunks).toString("utf8")) };
}

const whoAmI = (token: string) => post("SelfSubjectReview", "selfsubjectreviews", {}, token);

function claims(more: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer, aud: "pilothouse", sub: "ada", groups: ["engineers"], iat: now, exp: now + 60, ...more };
}
const signed = (payload: JWTPayload, key = keys.privateKey) =>
  new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "one" }).sign(key);

describe("ID tokens of an OpenID Connect provider", () => {
  it("name their user and groups, in reviews too, and the keys are fetched once", async () => {
    const token = await signed(claims());
    const { status, body } = await whoAmI(token);
    expect([status, stringAt(body, "status", "userInfo", "username")]).toEqual([201, "ada"]);
    expect(stringsAt(body, "status", "userInfo", "groups")).toEqual(["sso:engineers", "system:authenticated"]);
    const admin = cluster.mintUserToken({ user: "root", groups: ["system:masters"] });
    const another = await signed(claims({ sub: "grace", groups: "single" }));
    const reviewed = await post("TokenReview", "tokenreviews", { token: another }, admin);
    expect(stringAt(reviewed.body, "status", "user", "username")).toBe("grace");
    expect(asked).toBe(1);
  });

  it.each<[string, () => Promise<string> | string]>([
    ["expired", () => signed(claims({ exp: Math.floor(Date.now() / 1000) - 1 }))],
    ["without an end", () => signed({ ...claims(), exp: undefined })],
    ["for another client", () => signed(claims({ aud: "another" }))],
    ["of another issuer", () => signed(claims({ iss: "https://other.example" }))],
    ["signed by another key", () => signed(claims(), others.privateKey)],
    ["not signed", () => new UnsecuredJWT(claims()).encode()],
    ["for a name of Kubernetes' own", () => signed(claims({ sub: "system:admin" }))],
    ["without a name", () => signed(claims({ sub: "" }))],
  ])("are refused when %s", async (_, make) => {
    expect((await whoAmI(await make())).status).toBe(401);
  });

  it("stand beside the tokens of local users", async () => {
    const { status, body } = await whoAmI(cluster.mintUserToken({ user: "alice" }));
    expect([status, stringAt(body, "status", "userInfo", "username")]).toEqual([201, "alice"]);
  });

  it("need an issuer that cannot be listened to", () => {
    expect(() => new OidcTokens({ issuerUrl: "http://sso.example", clientId: "x" })).toThrow("must be https");
  });
});
