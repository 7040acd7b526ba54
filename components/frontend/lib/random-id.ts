/** A random id. `crypto.randomUUID` exists in secure contexts only, and a cluster may be reached over plain http. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
