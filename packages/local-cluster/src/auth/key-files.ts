// The keys of a cluster, in its data directory: made at the first start, kept for good (a leaf is renewed in time).
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createAuthority, signLeaf, type KeyAndCertificate, type LeafOptions } from "./certificates.ts";

export interface ClusterKeys {
  readonly authorityFile: string;
  readonly authorityPem: string;
  readonly server: KeyAndCertificate;
  readonly admin: KeyAndCertificate;
  /** Signs ServiceAccount tokens. PKCS8, ECDSA P-256. */
  readonly serviceAccountKeyPem: string;
}

const AUTHORITY_NAME = "pilothouse-local-cluster-ca";
const YEARS = 365;
const RENEW_BEFORE = 30 * 24 * 60 * 60 * 1000;

const SERVER: LeafOptions = {
  subject: { commonName: "kube-apiserver" },
  usage: "server",
  dnsNames: [
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ],
  addresses: ["127.0.0.1", "::1"],
  days: 5 * YEARS,
};

const ADMIN: LeafOptions = {
  subject: { commonName: "kubernetes-admin", organizations: ["system:masters"] },
  usage: "client",
  days: 5 * YEARS,
};

export function keyDirectory(dataDirectory: string): string {
  return path.join(dataDirectory, "pki");
}

export function openClusterKeys(dataDirectory: string): ClusterKeys {
  const directory = keyDirectory(dataDirectory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const authority = ensurePair(directory, "ca", () => createAuthority(AUTHORITY_NAME, 20 * YEARS));
  return {
    authorityFile: path.join(directory, "ca.crt"),
    authorityPem: authority.certificatePem,
    server: ensurePair(directory, "server", () => signLeaf(authority, AUTHORITY_NAME, SERVER)),
    admin: ensurePair(directory, "admin", () => signLeaf(authority, AUTHORITY_NAME, ADMIN)),
    serviceAccountKeyPem: ensureSigningKey(directory, "service-account.key"),
  };
}

/** The key that signs the tokens of local users; any process that may read the data directory may mint with it. */
export function openUserTokenKey(dataDirectory: string): string {
  const directory = keyDirectory(dataDirectory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return ensureSigningKey(directory, "user-tokens.key");
}

function ensurePair(directory: string, name: string, make: () => KeyAndCertificate): KeyAndCertificate {
  const keyFile = path.join(directory, `${name}.key`);
  const certificateFile = path.join(directory, `${name}.crt`);
  const keyPem = readIfThere(keyFile);
  const certificatePem = readIfThere(certificateFile);
  if (keyPem !== undefined && certificatePem !== undefined && !endsSoon(certificatePem))
    return { keyPem, certificatePem };
  const made = make();
  writeAtomically(keyFile, made.keyPem, 0o600);
  writeAtomically(certificateFile, made.certificatePem, 0o644);
  return made;
}

function endsSoon(certificatePem: string): boolean {
  return new X509Certificate(certificatePem).validToDate.getTime() - Date.now() < RENEW_BEFORE;
}

function ensureSigningKey(directory: string, name: string): string {
  const file = path.join(directory, name);
  const existing = readIfThere(file);
  if (existing !== undefined) return existing;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  writeAtomically(file, pem, 0o600);
  return pem;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Never half a file, also when the process ends in between. */
export function writeAtomically(file: string, content: string, mode: number): void {
  const temporary = `${file}.${process.pid}.new`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, file);
}
