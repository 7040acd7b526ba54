/** Credentials for git, of the project's integration secrets, and only for the hosts that the session names. */
import type { SecretStore } from "../secrets/store.ts";

export interface GitCredential {
  readonly protocol: "https";
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

function hostOf(address: string | undefined): string | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address).host.toLowerCase() : undefined;
}

/** Lines of `https://user:password@host`, as git's own credential store writes them. */
function fromStore(lines: string, host: string): GitCredential | undefined {
  for (const line of lines.split("\n")) {
    if (!URL.canParse(line.trim())) continue;
    const url = new URL(line.trim());
    if (url.protocol !== "https:" || url.host.toLowerCase() !== host || url.password === "") continue;
    return {
      protocol: "https",
      host,
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
  }
  return undefined;
}

/**
 * @param hosts those that the session may use; a host that is not among them gets nothing
 * @param host as git names it, with its port when it is not the usual one
 */
export async function gitCredential(
  secrets: SecretStore,
  hosts: readonly string[],
  host: string,
): Promise<GitCredential | undefined> {
  const wanted = host.toLowerCase();
  if (!hosts.includes(wanted)) return undefined;
  const stored = await secrets.get("GIT_CREDENTIALS");
  const own = stored === undefined ? undefined : fromStore(stored, wanted);
  if (own) return own;
  if (wanted === "github.com") {
    const password = await secrets.get("GITHUB_TOKEN");
    return password === undefined
      ? undefined
      : { protocol: "https", host: wanted, username: "x-access-token", password };
  }
  const gitlab = hostOf(await secrets.get("GITLAB_INSTANCE_URL")) ?? "gitlab.com";
  if (wanted === gitlab) {
    const password = await secrets.get("GITLAB_TOKEN");
    return password === undefined ? undefined : { protocol: "https", host: wanted, username: "oauth2", password };
  }
  return undefined;
}
