// JSON Patch (RFC 6902).
import { cloneJson, defineField, equalJson, isJsonObject, type Json } from "../../json.ts";
import { ApiError, badRequest } from "../errors.ts";

const MAX_OPERATIONS = 10_000;

export function applyJsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch must be an array of operations");
  if (patch.length > MAX_OPERATIONS)
    throw badRequest(`a JSON patch may have at most ${MAX_OPERATIONS} operations, this one has ${patch.length}`);
  let document = cloneJson(target);
  for (const operation of patch) document = applyOperation(document, operation);
  return document;
}

function failed(message: string): ApiError {
  return new ApiError({
    code: 422,
    reason: "Invalid",
    message: `the server rejected our request due to an error in our request: ${message}`,
  });
}

function applyOperation(document: Json, operation: Json): Json {
  if (!isJsonObject(operation) || typeof operation["op"] !== "string" || typeof operation["path"] !== "string")
    throw badRequest("each operation of a JSON patch needs an op and a path");
  const { op, path } = operation;
  const needValue = (): Json => {
    const { value } = operation;
    if (value === undefined) throw badRequest(`JSON patch operation ${op} ${path} needs a value`);
    return cloneJson(value);
  };
  switch (op) {
    case "add":
      return add(document, path, needValue());
    case "remove":
      return remove(document, path);
    case "replace":
      if (path === "") return needValue();
      return add(remove(document, path), path, needValue());
    case "move": {
      const from = sourceOf(operation["from"], op);
      const value = read(document, from);
      return add(remove(document, from), path, value);
    }
    case "copy":
      return add(document, path, cloneJson(read(document, sourceOf(operation["from"], op))));
    case "test":
      if (!equalJson(tryRead(document, path) ?? null, needValue())) throw failed(`testing value ${path} failed`);
      return document;
    default:
      throw failed(`unknown operation ${op}`);
  }
}

function sourceOf(from: Json | undefined, op: string): string {
  if (typeof from === "string") return from;
  throw badRequest(`JSON patch operation ${op} needs "from"`);
}

function steps(path: string): string[] {
  if (path === "") return [];
  if (!path.startsWith("/")) throw badRequest(`JSON patch path ${path} must begin with "/"`);
  return path
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function tryRead(document: Json, path: string): Json | undefined {
  let current: Json | undefined = document;
  for (const step of steps(path)) {
    if (Array.isArray(current)) current = /^\d+$/.test(step) ? current[Number(step)] : undefined;
    else if (isJsonObject(current)) current = Object.hasOwn(current, step) ? current[step] : undefined;
    else return undefined;
  }
  return current;
}

function read(document: Json, path: string): Json {
  const value = tryRead(document, path);
  if (value === undefined) throw failed(`path ${path} does not exist`);
  return value;
}

function parentOf(document: Json, path: string): { parent: Json; last: string } {
  const all = steps(path);
  const last = all.pop() ?? "";
  const parentPath = all.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return { parent: read(document, parentPath), last };
}

function add(document: Json, path: string, value: Json): Json {
  if (path === "") return value;
  const { parent, last } = parentOf(document, path);
  if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : /^\d+$/.test(last) ? Number(last) : -1;
    if (index < 0 || index > parent.length) throw failed(`array index ${last} of ${path} is out of bounds`);
    parent.splice(index, 0, value);
  } else if (isJsonObject(parent)) defineField(parent, last, value);
  else throw failed(`path ${path} leads into a value that is neither object nor array`);
  return document;
}

function remove(document: Json, path: string): Json {
  if (path === "") throw badRequest("a JSON patch cannot remove the whole document");
  const { parent, last } = parentOf(document, path);
  if (Array.isArray(parent)) {
    const index = /^\d+$/.test(last) ? Number(last) : -1;
    if (index < 0 || index >= parent.length) throw failed(`array index ${last} of ${path} is out of bounds`);
    parent.splice(index, 1);
  } else if (isJsonObject(parent) && Object.hasOwn(parent, last)) delete parent[last];
  else throw failed(`path ${path} does not exist`);
  return document;
}
