/** The hosts that git reaches through the broker, as an installation lists them in PILOTHOUSE_GIT_HOSTS. Pure. */

export interface GitHost {
  /** As it stands in addresses of repositories, with a port that is not the usual one; lower case. */
  readonly host: string;
  /** `https://HOST`; `http://HOST` only when the list says so, as a credential then travels in the clear. */
  readonly origin: string;
}

const HOST = /^(https?:\/\/)?((?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?)\/?$/;

/** Entries are separated by commas or blanks. One that names no host is answered in `invalid`. */
export function parseGitHosts(text: string): { hosts: GitHost[]; invalid: string[] } {
  const hosts: GitHost[] = [];
  const invalid: string[] = [];
  for (const entry of text.split(/[\s,]+/).filter((part) => part !== "")) {
    const [, scheme = "https://", host] = HOST.exec(entry.toLowerCase()) ?? [];
    const origin = `${scheme}${host ?? ""}`;
    if (host === undefined || !URL.canParse(origin)) invalid.push(entry);
    else if (!hosts.some((known) => known.host === host)) hosts.push({ host, origin });
  }
  return { hosts, invalid };
}
