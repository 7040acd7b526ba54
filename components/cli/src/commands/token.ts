/** `token`: a bearer token for a local user, signed by the installation's own key. */
import { mintUserToken } from "@pilothouse/local-cluster";
import { CliError, messageOf } from "../errors.ts";
import { dataDirectory } from "../supervisor/data-directory.ts";

export type TokenOptions = { user: string; group: string[]; expires: number; dataDir?: string };

export function token(options: TokenOptions): void {
  const directory = dataDirectory(options.dataDir);
  if (options.user.startsWith("system:") || options.group.some((group) => group.startsWith("system:"))) {
    throw new CliError(
      "BAD_ARGUMENT",
      "names that start with system: belong to Kubernetes; the admin's access is the kubeconfig file",
    );
  }
  let minted: string;
  try {
    minted = mintUserToken(directory.cluster, {
      user: options.user,
      groups: options.group,
      expiresInSeconds: options.expires,
    });
  } catch (error) {
    throw new CliError(
      "NOT_RUNNING",
      `no token can be made for ${directory.path}: ${messageOf(error)}. Has "./pilothouse up" run there at least once?`,
      { cause: error },
    );
  }
  process.stdout.write(`${minted}\n`);
}
