// The cluster's certificate authority and the certificates that it signs: ECDSA P-256, made here because Node can read
// certificates but not write them.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from "node:crypto";
import { isIPv4 } from "node:net";
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from "./der.ts";

export interface KeyAndCertificate {
  readonly keyPem: string;
  readonly certificatePem: string;
}

export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

export interface LeafOptions {
  readonly subject: Subject;
  readonly usage: "server" | "client";
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  readonly days: number;
}

const ECDSA_WITH_SHA256 = sequence(objectIdentifier("1.2.840.10045.4.3.2"));
const DAY = 24 * 60 * 60 * 1000;

export function createAuthority(commonName: string, days: number): KeyAndCertificate {
  const { privateKey, publicKey } = newKey();
  const subject: Subject = { commonName };
  const certificatePem = certificate({
    subject,
    issuer: subject,
    publicKey,
    signer: privateKey,
    days,
    extensions: [
      extension("2.5.29.19", true, sequence(boolean(true))),
      extension("2.5.29.15", true, bitString(Buffer.from([0b1000_0110]), 1)),
      extension("2.5.29.14", false, octetString(keyIdentifier(publicKey))),
    ],
  });
  return { keyPem: exportKey(privateKey), certificatePem };
}

export function signLeaf(authority: KeyAndCertificate, authorityName: string, options: LeafOptions): KeyAndCertificate {
  const { privateKey, publicKey } = newKey();
  const authorityKey = createPrivateKey(authority.keyPem);
  const names = [
    ...(options.dnsNames ?? []).map((name) => implicit(2, Buffer.from(name, "ascii"))),
    ...(options.addresses ?? []).map((address) => implicit(7, addressBytes(address))),
  ];
  const certificatePem = certificate({
    subject: options.subject,
    issuer: { commonName: authorityName },
    publicKey,
    signer: authorityKey,
    days: options.days,
    extensions: [
      extension("2.5.29.19", true, sequence()),
      extension("2.5.29.15", true, bitString(Buffer.from([0b1000_0000]), 7)),
      extension(
        "2.5.29.37",
        false,
        sequence(objectIdentifier(options.usage === "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")),
      ),
      extension("2.5.29.35", false, sequence(implicit(0, keyIdentifier(createPublicKey(authorityKey))))),
      ...(names.length === 0 ? [] : [extension("2.5.29.17", false, sequence(...names))]),
    ],
  });
  return { keyPem: exportKey(privateKey), certificatePem };
}

interface CertificateParts {
  readonly subject: Subject;
  readonly issuer: Subject;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly days: number;
  readonly extensions: readonly Uint8Array[];
}

function certificate(parts: CertificateParts): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  // An hour back, so that a clock that is a little behind still takes a fresh certificate.
  const notBefore = new Date(Date.now() - 60 * 60 * 1000);
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    distinguishedName(parts.issuer),
    sequence(time(notBefore), time(new Date(notBefore.getTime() + parts.days * DAY))),
    distinguishedName(parts.subject),
    parts.publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...parts.extensions)),
  );
  const signature = sign("sha256", body, parts.signer);
  const document = sequence(body, ECDSA_WITH_SHA256, bitString(signature));
  const lines = document.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function distinguishedName(subject: Subject): Buffer {
  const attribute = (type: string, value: string): Buffer => set(sequence(objectIdentifier(type), utf8String(value)));
  return sequence(
    ...(subject.organizations ?? []).map((name) => attribute("2.5.4.10", name)),
    attribute("2.5.4.3", subject.commonName),
  );
}

function extension(type: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), ...(critical ? [boolean(true)] : []), octetString(value));
}

function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  if (address === "::1") return Buffer.concat([Buffer.alloc(15), Buffer.from([1])]);
  throw new Error(`certificates: address ${address} is neither IPv4 nor ::1`);
}

function newKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function exportKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
