/** The tool servers of the project and the platform, from the file that the operator mounts, with the secrets they name. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { McpServer } from "@pilothouse/contracts/resources/agentic-session";
import { McpServersFile } from "@pilothouse/contracts/runner/project-configuration";
import { BrokerError } from "../errors.ts";
import type { SecretStore } from "../secrets/store.ts";

export interface ExpandedServer {
  readonly type: "http" | "sse";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** What was filled in: it must not come back in an answer. */
  readonly secrets: readonly string[];
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Never what a caller says: who chose both the host and the secret could read the secret. */
async function configured(directory: string | undefined, name: string): Promise<McpServer> {
  const missing = new BrokerError("NOT_FOUND", `neither the project nor the platform has a tool server ${name}`);
  if (directory === undefined) throw missing;
  const text = await readFile(join(directory, "mcp-servers.json"), "utf8").catch(() => "{}");
  let file: McpServersFile;
  try {
    file = McpServersFile.parse(JSON.parse(text));
  } catch (error) {
    throw new BrokerError("INTERNAL", "the project's list of tool servers cannot be read", { cause: error });
  }
  const { platform, project } = file;
  const disabled = [...(platform.disabled ?? []), ...(project.disabled ?? [])];
  const all = { ...platform.custom, ...project.custom };
  const server = Object.hasOwn(all, name) ? all[name] : undefined;
  if (server === undefined || disabled.includes(name)) throw missing;
  return server;
}

/** @throws BrokerError NOT_FOUND, CREDENTIAL_REFUSED that names the missing key, INVALID_REQUEST */
export async function expandedServer(
  directory: string | undefined,
  secrets: SecretStore,
  name: string,
): Promise<ExpandedServer> {
  const server = await configured(directory, name);
  if (server.type === "stdio" || server.url === undefined)
    throw new BrokerError("INVALID_REQUEST", `tool server ${name} does not speak HTTP`);
  const used = new Set<string>();
  const expand = async (text: string): Promise<string> => {
    let result = "";
    let from = 0;
    for (const match of text.matchAll(VARIABLE)) {
      const key = match[1] ?? "";
      const value = await secrets.get(key);
      if (value === undefined)
        throw new BrokerError(
          "CREDENTIAL_REFUSED",
          `tool server ${name} needs ${key}, which is not set. A project admin sets it under Settings, Integrations.`,
        );
      used.add(value);
      result += text.slice(from, match.index) + value;
      from = match.index + match[0].length;
    }
    return result + text.slice(from);
  };
  const address = await expand(server.url);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw new BrokerError("INVALID_REQUEST", `the address of tool server ${name} is not an http or https address`);
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries(server.headers ?? {}))
    headers[header.toLowerCase()] = await expand(value);
  return { type: server.type, url, headers, secrets: [...used] };
}
