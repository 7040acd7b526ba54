// Whether a server sends the first picture through the watch itself (KEP-3157). Older servers ignore the
// parameter, and the end of the initial events would never come: so the version decides. On by default from 1.32.
import type { KubernetesClient } from "../client/client.ts";

const FIRST_MINOR = 32;
const answers = new WeakMap<KubernetesClient, Promise<boolean>>();

export async function servesWatchList(client: KubernetesClient, signal: AbortSignal): Promise<boolean> {
  let answer = answers.get(client);
  if (answer === undefined) {
    answer = ask(client, signal);
    answers.set(client, answer);
    answer.catch(() => answers.delete(client));
  }
  return answer;
}

async function ask(client: KubernetesClient, signal: AbortSignal): Promise<boolean> {
  const version = await client.request({ method: "GET", path: "/version", signal });
  const { major, minor } = (version ?? {}) as { major?: string; minor?: string };
  const number = Number.parseInt(minor ?? "", 10);
  return Number(major) > 1 || (Number(major) === 1 && number >= FIRST_MINOR);
}
