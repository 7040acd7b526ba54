// Who makes a request.

export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const ANONYMOUS: UserInfo = { username: "system:anonymous", groups: ["system:unauthenticated"] };

const AUTHENTICATED = "system:authenticated";

export function authenticatedUser(
  username: string,
  groups: readonly string[],
  more: Pick<UserInfo, "uid" | "extra"> = {},
): UserInfo {
  return { username, groups: [...new Set([...groups, AUTHENTICATED])], ...more };
}

export function serviceAccountUser(
  namespace: string,
  name: string,
  more: Pick<UserInfo, "uid" | "extra"> = {},
): UserInfo {
  return authenticatedUser(
    `system:serviceaccount:${namespace}:${name}`,
    ["system:serviceaccounts", `system:serviceaccounts:${namespace}`],
    more,
  );
}

/** What the server itself does, for example at bootstrap: beyond RBAC. */
export const SYSTEM: UserInfo = authenticatedUser("system:apiserver", ["system:masters"]);
