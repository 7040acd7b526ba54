/** Which credential git is to use at a host: from the project's integration secrets. */
import type { GitHost } from "@pilothouse/contracts/runner/git-hosts";
import type { SecretStore } from "../secrets/store.ts";

export interface GitCredential {
  readonly username: string;
  readonly password: string;
}

function originOf(address: string | undefined): string | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address).origin : undefined;
}

/** Lines of `https://user:password@host`, as git's own credential store writes them. */
function fromStore(lines: string, { origin }: GitHost): GitCredential | undefined {
  for (const line of lines.split("\n")) {
    if (!URL.canParse(line.trim())) continue;
    const url = new URL(line.trim());
    if (url.origin !== origin || url.password === "") continue;
    return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  }
  return undefined;
}

/** Undefined when the project has none for this host: public repositories need none. */
export async function gitCredential(secrets: SecretStore, host: GitHost): Promise<GitCredential | undefined> {
  const stored = await secrets.get("GIT_CREDENTIALS");
  const own = stored === undefined ? undefined : fromStore(stored, host);
  if (own) return own;
  if (host.origin === "https://github.com") {
    const password = await secrets.get("GITHUB_TOKEN");
    return password === undefined ? undefined : { username: "x-access-token", password };
  }
  const gitlab = originOf(await secrets.get("GITLAB_INSTANCE_URL")) ?? "https://gitlab.com";
  if (originOf(host.origin) === gitlab) {
    const password = await secrets.get("GITLAB_TOKEN");
    return password === undefined ? undefined : { username: "oauth2", password };
  }
  return undefined;
}
