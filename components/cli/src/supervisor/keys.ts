/** The installation's own keys, made once: the backend's signing key with its public JWKS, and the UI's cookie key. */
import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataDirectory } from "./data-directory.ts";

export type Keys = { signingKeyFile: string; jwksFile: string; cookieKeyFile: string };

/** Makes what is missing, mode 0600, and returns the files. */
export function prepareKeys(directory: DataDirectory): Keys {
  const keys: Keys = {
    signingKeyFile: join(directory.keys, "backend-signing.pem"),
    jwksFile: join(directory.keys, "backend-jwks.json"),
    cookieKeyFile: join(directory.keys, "cookie.key"),
  };
  if (!existsSync(keys.signingKeyFile)) {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(keys.signingKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  }
  const publicKey = createPublicKey(readFileSync(keys.signingKeyFile)).export({ format: "jwk" });
  // RFC 7638: the thumbprint of an OKP key is over crv, kty and x, in this order.
  const thumbprint = createHash("sha256")
    .update(JSON.stringify({ crv: publicKey.crv, kty: publicKey.kty, x: publicKey.x }))
    .digest("base64url");
  const jwks = { keys: [{ ...publicKey, kid: thumbprint, alg: "EdDSA", use: "sig" }] };
  writeFileSync(keys.jwksFile, JSON.stringify(jwks), { mode: 0o600 });
  if (!existsSync(keys.cookieKeyFile)) {
    writeFileSync(keys.cookieKeyFile, randomBytes(32).toString("base64url"), { mode: 0o600 });
  }
  return keys;
}
