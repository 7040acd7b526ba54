/** RFC 6902 JSON Patch on immutable values. An operation that does not fit is left out: a view must not die of it. */
import { isRecord, listOf, textOf } from "./fields.ts";

/** Applies the operations in order; parts of `document` that no operation touches are shared with the answer. */
export function applyPatch(document: unknown, operations: unknown): unknown {
  let result = document;
  for (const operation of listOf(operations)) {
    if (!isRecord(operation)) continue;
    const path = pointer(operation["path"]);
    const from = pointer(operation["from"]);
    if (path === undefined) continue;
    switch (textOf(operation["op"])) {
      case "add":
        result = write(result, path, () => operation["value"], "insert");
        break;
      case "replace":
        if (read(result, path) !== undefined) result = write(result, path, () => operation["value"], "replace");
        break;
      case "remove":
        result = write(result, path, () => undefined, "remove");
        break;
      case "move":
        if (from !== undefined && !isPrefix(from, path)) {
          const moved = read(result, from);
          if (moved !== undefined)
            result = write(
              write(result, from, () => undefined, "remove"),
              path,
              () => moved,
              "insert",
            );
        }
        break;
      case "copy":
        if (from !== undefined) {
          const copied = read(result, from);
          if (copied !== undefined) result = write(result, path, () => copied, "insert");
        }
        break;
      default:
        break; // "test" checks the sender's view; a reader has nothing to decide by it.
    }
  }
  return result;
}

type Mode = "insert" | "replace" | "remove";

function pointer(value: unknown): string[] | undefined {
  if (value === "") return [];
  if (typeof value !== "string" || !value.startsWith("/")) return undefined;
  const parts = value
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts.includes("__proto__") ? undefined : parts;
}

function isPrefix(from: string[], path: string[]): boolean {
  return from.length < path.length && from.every((part, index) => path[index] === part);
}

function read(value: unknown, path: string[]): unknown {
  let current = value;
  for (const part of path) {
    if (Array.isArray(current)) current = current[Number(part)];
    else if (isRecord(current) && Object.hasOwn(current, part)) current = current[part];
    else return undefined;
  }
  return current;
}

function write(value: unknown, path: string[], make: () => unknown, mode: Mode): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return mode === "remove" ? null : make();
  if (Array.isArray(value)) {
    const at = part === "-" ? value.length : Number(part);
    if (!Number.isInteger(at) || at < 0 || at > value.length) return value;
    if (rest.length > 0) return at < value.length ? value.with(at, write(value[at], rest, make, mode)) : value;
    if (mode === "insert") return value.toSpliced(at, 0, make());
    if (at >= value.length) return value;
    return mode === "remove" ? value.toSpliced(at, 1) : value.with(at, make());
  }
  if (!isRecord(value)) return value;
  if (rest.length > 0)
    return Object.hasOwn(value, part) ? { ...value, [part]: write(value[part], rest, make, mode) } : value;
  if (mode !== "remove") return { ...value, [part]: make() };
  const { [part]: _removed, ...others } = value;
  return others;
}
