// Request bodies: which encodings are taken, and how they become JSON.
import { parse as parseYaml } from "yaml";
import { decodeProtobuf, ProtobufError } from "../builtin-types/protobuf.ts";
import { parseJson, type Json } from "../json.ts";
import { parseObject, type KubernetesObject } from "../objects.ts";
import { badRequest, unsupportedMediaType } from "./errors.ts";
import type { ApiRequest } from "./http.ts";

export const MAX_BODY = 3 * 1024 * 1024;

export const PROTOBUF = "application/vnd.kubernetes.protobuf";
const PLAIN = ["application/json", "application/yaml", PROTOBUF];

export function mediaType(header: string | undefined): string {
  return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

export async function readDocument(request: ApiRequest): Promise<Json | undefined> {
  const bytes = await request.body(MAX_BODY);
  if (bytes.length === 0) return undefined;
  const type = mediaType(request.headers["content-type"]);
  if (type === PROTOBUF) return decodeProtobufDocument(bytes);
  if (type === "application/yaml") return parseYamlDocument(bytes.toString("utf8"));
  if (type !== "application/json" && type !== "" && type !== "*/*") throw unsupportedMediaType(type, PLAIN);
  return parseJsonDocument(bytes.toString("utf8"));
}

export async function readObject(request: ApiRequest): Promise<KubernetesObject> {
  const document = await readDocument(request);
  if (document === undefined) throw badRequest("the request has no body: an object was expected");
  return toObject(document);
}

export function toObject(document: Json): KubernetesObject {
  const parsed = parseObject(document);
  if (!parsed.ok) throw badRequest(parsed.message);
  return parsed.object;
}

export function parseJsonDocument(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw badRequest(`the body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function parseYamlDocument(text: string): Json {
  try {
    return parseYaml(text, { maxAliasCount: 100 }) as Json;
  } catch (error) {
    throw badRequest(`the body is not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decodeProtobufDocument(bytes: Buffer): Json {
  try {
    return decodeProtobuf(bytes);
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message);
    throw error;
  }
}
