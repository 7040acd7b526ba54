/** Which repository addresses a session may name. The CRD's pattern is the outer bound; this says more, and says why. */
import type { BackendEnvironment } from "../configuration.ts";
import { ApiError } from "../errors/api-error.ts";

export interface RepositoryWish {
  readonly url: string;
  readonly name?: string | undefined;
}

export type Schemes = BackendEnvironment["REPOSITORY_SCHEMES"];

const SCP_LIKE = /^(?<user>[A-Za-z0-9._][A-Za-z0-9._-]*)@(?<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?<path>[^\s:-][^\s]*)$/;

/** @throws ApiError REPOSITORY_REFUSED, naming the field */
export function checkRepositoryUrl(url: string, field: string, schemes: Schemes): void {
  const refuse = (reason: string): ApiError =>
    new ApiError("REPOSITORY_REFUSED", `${field}: ${reason}`, {
      details: { issues: [{ in: "body", path: field, message: reason }] },
    });
  if (/[\s\u0000-\u001f\u007f]/.test(url)) throw refuse("must not contain spaces or control characters");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase() ?? (SCP_LIKE.test(url) ? "ssh" : undefined);
  if (scheme === undefined || !schemes.includes(scheme)) {
    throw refuse(`must begin with ${schemes.map((name) => `${name}://`).join(", ")}`);
  }
  if (!url.includes("://")) return;
  if (!URL.canParse(url)) throw refuse("is not a valid address");
  const { hostname, username, password, pathname } = new URL(url);
  // git hands the host to ssh as an argument: a leading dash would be read as an option (CVE-2017-1000117).
  if (hostname.startsWith("-") || username.startsWith("-") || /\/-/.test(pathname)) {
    throw refuse("no part of it may begin with a dash");
  }
  if (hostname === "" && scheme !== "file") throw refuse("names no host");
  if (password !== "" || (username !== "" && scheme.startsWith("http"))) {
    throw refuse("must not hold credentials; set them as integration secrets of the project");
  }
}

/** The folder that a repository gets in the workspace. */
export function repositoryFolder({ url, name }: RepositoryWish): string {
  if (name !== undefined) return name;
  const last = url.replace(/\/+$/, "").split(/[/:]/).at(-1) ?? "";
  return last.replace(/\.git$/, "");
}

/** @throws ApiError REPOSITORY_REFUSED when an address is not acceptable or two would share a folder */
export function checkRepositories(repos: readonly RepositoryWish[], schemes: Schemes): void {
  const folders = new Set<string>();
  repos.forEach((repository, index) => {
    checkRepositoryUrl(repository.url, `repos.${index}.url`, schemes);
    const folder = repositoryFolder(repository);
    if (folders.has(folder)) {
      throw new ApiError(
        "REPOSITORY_REFUSED",
        `repos.${index}: two repositories would be in folder ${folder}; name one`,
      );
    }
    folders.add(folder);
  });
}
