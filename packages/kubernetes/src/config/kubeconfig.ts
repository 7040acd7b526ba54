// Reads a kubeconfig file. Inline data and files, tokens, token files and client certificates are understood;
// credential plugins (`exec`, `auth-provider`) and basic authentication are refused with a message that says so.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { ConfigurationError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { staticToken, tokenFromFile, type TokenSource } from "./token-source.ts";

type Fields = Record<string, unknown>;

export interface LoadKubeconfigOptions {
  /** Default: the file's `current-context`. */
  readonly context?: string;
}

export async function loadKubeconfig(file: string, options: LoadKubeconfigOptions = {}): Promise<Connection> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (error) {
    throw new ConfigurationError("KUBECONFIG_UNREADABLE", `kubeconfig ${file} cannot be read`, { cause: error });
  }
  return parseKubeconfig(content, { ...options, file });
}

/** As {@link loadKubeconfig}, from text; relative paths in it are resolved against the folder of `file`. */
export async function parseKubeconfig(
  content: string,
  options: LoadKubeconfigOptions & { readonly file?: string } = {},
): Promise<Connection> {
  const file = options.file ?? "kubeconfig";
  const invalid = (message: string, cause?: unknown): ConfigurationError =>
    new ConfigurationError("KUBECONFIG_INVALID", `kubeconfig ${file}: ${message}`, { cause });

  let document: unknown;
  try {
    // Nobody inside a cluster needs it.
    const { parse } = await import("yaml");
    document = parse(content);
  } catch (error) {
    throw invalid("not valid YAML", error);
  }
  if (!isFields(document)) throw invalid("not a mapping");

  const contextName = options.context ?? text(document, "current-context");
  if (contextName === undefined) throw invalid("no current-context: name one");
  const context = entry(document, "contexts", contextName, "context");
  if (context === undefined) throw invalid(`context ${contextName} is not in the file`);
  const clusterName = text(context, "cluster");
  const cluster = clusterName === undefined ? undefined : entry(document, "clusters", clusterName, "cluster");
  if (cluster === undefined) throw invalid(`context ${contextName} names no cluster that is in the file`);
  const server = text(cluster, "server");
  if (server === undefined || !URL.canParse(server))
    throw invalid(`cluster ${clusterName} has no valid server address`);
  const userName = text(context, "user");
  const user = userName === undefined ? {} : (entry(document, "users", userName, "user") ?? {});
  for (const unsupported of ["exec", "auth-provider", "username"]) {
    if (user[unsupported] !== undefined) {
      const message = `kubeconfig ${file}: user ${userName} uses ${unsupported}, which is not supported: use a token or a client certificate`;
      throw new ConfigurationError("KUBECONFIG_UNSUPPORTED", message);
    }
  }

  const pem = async (fields: Fields, name: string): Promise<string | undefined> => {
    const inline = text(fields, `${name}-data`);
    if (inline !== undefined) return Buffer.from(inline, "base64").toString("utf8");
    const reference = text(fields, name);
    if (reference === undefined) return undefined;
    try {
      return await readFile(path.resolve(path.dirname(file), reference), "utf8");
    } catch (error) {
      throw new ConfigurationError("KUBECONFIG_UNREADABLE", `kubeconfig ${file}: ${name} ${reference} cannot be read`, {
        cause: error,
      });
    }
  };

  const [certificateAuthority, certificate, key] = await Promise.all([
    pem(cluster, "certificate-authority"),
    pem(user, "client-certificate"),
    pem(user, "client-key"),
  ]);
  if ((certificate === undefined) !== (key === undefined)) {
    throw invalid(`user ${userName} has one of client-certificate and client-key, and needs both`);
  }
  return {
    transport: {
      server,
      certificateAuthority,
      clientCertificate: certificate === undefined || key === undefined ? undefined : { certificate, key },
      tlsServerName: text(cluster, "tls-server-name"),
      insecureSkipTlsVerify: cluster["insecure-skip-tls-verify"] === true,
    },
    token: tokenOf(user, file),
    namespace: text(context, "namespace") ?? "default",
  };
}

function tokenOf(user: Fields, file: string): TokenSource | undefined {
  const token = text(user, "token");
  if (token !== undefined) return staticToken(token);
  const tokenFile = text(user, "tokenFile");
  return tokenFile === undefined ? undefined : tokenFromFile(path.resolve(path.dirname(file), tokenFile));
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function entry(document: Fields, list: string, name: string, field: string): Fields | undefined {
  const entries = document[list];
  if (!Array.isArray(entries)) return undefined;
  const found: unknown = entries.find((candidate: unknown) => isFields(candidate) && candidate["name"] === name);
  const value = isFields(found) ? found[field] : undefined;
  return isFields(value) ? value : undefined;
}
