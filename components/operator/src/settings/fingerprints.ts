// Fingerprints of secret values: whoever holds the key can tell that a value is another one, and nobody anything else.
// The key outlives the process, so that a change is noticed even if no operator was there when it was made.
import { createHmac, randomBytes } from "node:crypto";
import { LABELS, SYSTEM_NAMESPACE } from "@pilothouse/contracts";
import {
  ConnectionError,
  KubernetesError,
  isAlreadyExists,
  pause,
  secrets,
  type KubernetesClient,
  type Logger,
  type Secret,
  type Stored,
} from "@pilothouse/kubernetes";
import { OPERATOR_NAME } from "../session/names.ts";

const KEY_NAME = "fingerprint-key";
const KEY_BYTES = 32;
/** Then the process ends, and whoever watches over it starts it again. */
const PATIENCE_MILLISECONDS = 30_000;
const PAUSE_MILLISECONDS = 1000;

export type Fingerprint = (secret: Stored<Secret>, key: string, value: string) => string;

/** Fingerprints by a key that is known only once the API server has answered; nothing is cached before. */
export class Fingerprints {
  #with: Fingerprint | undefined;

  use(key: Uint8Array): void {
    this.#with = fingerprintWith(key);
  }

  readonly of: Fingerprint = (secret, key, value) => {
    if (this.#with === undefined) throw new Error("the operator's fingerprint key is not known yet");
    return this.#with(secret, key, value);
  };
}

export function fingerprintWith(key: Uint8Array): Fingerprint {
  return (secret, name, value) => {
    const { namespace = "", name: secretName } = secret.metadata;
    // With its place in it, so that nobody sees which projects share a credential.
    const text = JSON.stringify([namespace, secretName, name, value]);
    return createHmac("sha256", key).update(text).digest("base64url").slice(0, 22);
  };
}

/** The operator's own key, made by the first that asks for it. Waits a while for an API that is not there yet. */
export async function fingerprintKey(
  client: KubernetesClient,
  logger: Logger,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return await findOrMake(client, signal);
    } catch (error) {
      const away = error instanceof ConnectionError || (error instanceof KubernetesError && error.status >= 500);
      if (!away || performance.now() > deadline) throw error;
      logger.warn({ error }, "the Kubernetes API does not answer: trying again");
      await pause(PAUSE_MILLISECONDS, signal);
      signal.throwIfAborted();
    }
  }
}

async function findOrMake(client: KubernetesClient, signal: AbortSignal): Promise<Uint8Array> {
  const place = { namespace: SYSTEM_NAMESPACE, name: OPERATOR_NAME };
  const found = await client.find(secrets, place, { signal });
  const stored = found === undefined ? await create(client, signal) : found;
  const key = Buffer.from(stored.data?.[KEY_NAME] ?? "", "base64");
  if (key.length >= KEY_BYTES) return key;
  throw new Error(`Secret ${SYSTEM_NAMESPACE}/${OPERATOR_NAME} holds no ${KEY_NAME}: delete it, a new one is made`);
}

async function create(client: KubernetesClient, signal: AbortSignal): Promise<Stored<Secret>> {
  const labels = { [LABELS.managedBy]: OPERATOR_NAME, [LABELS.partOf]: "pilothouse" };
  const secret: Secret = {
    metadata: { name: OPERATOR_NAME, namespace: SYSTEM_NAMESPACE, labels },
    type: "Opaque",
    data: { [KEY_NAME]: randomBytes(KEY_BYTES).toString("base64") },
  };
  try {
    return await client.create(secrets, secret, { signal });
  } catch (error) {
    // The other replica was faster.
    if (!isAlreadyExists(error)) throw error;
    return client.get(secrets, { namespace: SYSTEM_NAMESPACE, name: OPERATOR_NAME }, { signal });
  }
}
