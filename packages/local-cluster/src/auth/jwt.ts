// Compact signed JWTs (ES256), made and checked without a detour through promises: a token is checked per request.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { isJsonObject, parseJson, stringAt, type JsonObject } from "../json.ts";

export class TokenSigner {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly keyId: string;

  constructor(privateKeyPem: string) {
    this.#privateKey = createPrivateKey(privateKeyPem);
    this.#publicKey = createPublicKey(this.#privateKey);
    this.keyId = createHash("sha256")
      .update(this.#publicKey.export({ type: "spki", format: "der" }))
      .digest("base64url");
  }

  sign(claims: JsonObject): string {
    const head = encode({ alg: "ES256", kid: this.keyId });
    const signed = `${head}.${encode(claims)}`;
    const signature = sign("sha256", Buffer.from(signed, "ascii"), {
      key: this.#privateKey,
      dsaEncoding: "ieee-p1363",
    });
    return `${signed}.${signature.toString("base64url")}`;
  }

  /** The claims of a token that this key signed, or undefined. Times and audiences are the caller's to judge. */
  verify(token: string): JsonObject | undefined {
    const parts = token.split(".");
    const [head = "", body = "", signature = ""] = parts;
    if (parts.length !== 3) return undefined;
    const header = decode(head);
    if (stringAt(header, "alg") !== "ES256" || stringAt(header, "kid") !== this.keyId) return undefined;
    const valid = verify(
      "sha256",
      Buffer.from(`${head}.${body}`, "ascii"),
      { key: this.#publicKey, dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
    return valid ? decode(body) : undefined;
  }

  /** The public key as a JSON Web Key, for the discovery document. */
  jwk(): JsonObject {
    const { kty, crv, x, y } = this.#publicKey.export({ format: "jwk" });
    return { kty, crv, x, y, use: "sig", alg: "ES256", kid: this.keyId };
  }
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
}

function decode(text: string): JsonObject | undefined {
  try {
    const value = parseJson(Buffer.from(text, "base64url").toString("utf8"));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
