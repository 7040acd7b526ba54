// Tests one credential by asking its service who it belongs to. What comes back is a verdict in plain words: nothing of
// the credential, and nothing of the service's answer but the account's name.
import { EgressError, guardedGet, type GuardOptions } from "@pilothouse/egress";
import type { Credentials, Service } from "./services.ts";

export interface Verdict {
  readonly valid: boolean;
  readonly account?: string;
  readonly message?: string;
}

const MOST_ACCOUNT_CHARACTERS = 253;
const MOST_MESSAGE_CHARACTERS = 1024;

export async function checkCredential(
  service: Service,
  credentials: Credentials,
  guard: GuardOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  const { label, requiredKeys } = service;
  const missing = requiredKeys.filter((key) => credentials[key] === undefined);
  if (missing.length > 0) return invalid(`${missing.join(" and ")} must be set among the project's keys`);
  const unusable = [...requiredKeys, ...service.optionalKeys].find((key) => hasForeignCharacters(credentials[key]));
  if (unusable !== undefined) return invalid(`${unusable} holds characters that cannot be sent: set it again`);
  const { url, headers } = service.question(credentials);
  try {
    const { status, text } = await guardedGet(url, headers, guard, signal);
    if (status === 401 || status === 403) return invalid(`${label} does not accept the credential (${status})`);
    if (status >= 300 && status < 400)
      return invalid(`${label} answers with a redirect, which is not followed: check its address`);
    if (status !== 200) return invalid(`${label} answers with status ${status}`);
    const account = service.accountOf(parsed(text));
    if (account === undefined) return invalid(`what answers is not ${label}: check its address`);
    return { valid: true, account: withoutSecrets(account, service, credentials).slice(0, MOST_ACCOUNT_CHARACTERS) };
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    return invalid(`${label} was not asked: ${error.message}`);
  }
}

function invalid(message: string): Verdict {
  return { valid: false, message: message.slice(0, MOST_MESSAGE_CHARACTERS) };
}

/** Headers and addresses are printable ASCII; anything else is a slip of pasting, or an attempt to add a header. */
function hasForeignCharacters(value: string | undefined): boolean {
  return value !== undefined && !/^[\x21-\x7e]+$/.test(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A service that gives a credential back must not get it into a status that every member reads. */
function withoutSecrets(text: string, service: Service, credentials: Credentials): string {
  let clean = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "");
  for (const key of [...service.requiredKeys, ...service.optionalKeys].filter(isSecret)) {
    const value = credentials[key];
    if (value !== undefined && value !== "") clean = clean.replaceAll(value, "***");
  }
  return clean;
}

/** Addresses and e-mail addresses may be said. */
function isSecret(key: string): boolean {
  return !/_(URL|EMAIL)$/.test(key);
}
