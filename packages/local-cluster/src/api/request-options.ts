// What a request says besides its path and body: dry run, field validation, who writes, which name a list is limited to.
import { badRequest, invalid, notSupported } from "./errors.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import type { FieldValidation, WriteOptions } from "./write-options.ts";

const OPTIONS: Readonly<Record<string, string>> = { DELETE: "Delete", PATCH: "Patch", PUT: "Update" };

export function nameFromFieldSelector(query: URLSearchParams): string {
  const selector = query.get("fieldSelector");
  if (selector === null) return "";
  for (const part of selector.split(",")) {
    const match = /^metadata\.name==?(.+)$/.exec(part.trim());
    if (match !== null) return match[1] ?? "";
  }
  return "";
}

export function writeOptions(request: ApiRequest, warnings: string[]): WriteOptions {
  const dryRun = request.query.getAll("dryRun");
  const unknown = dryRun.find((value) => value !== "All" && value !== "");
  if (unknown !== undefined)
    throw invalid("meta.k8s.io", `${OPTIONS[request.method] ?? "Create"}Options`, "", [
      notSupported("dryRun", unknown, ["All"]),
    ]);
  const validation = request.query.get("fieldValidation") ?? "";
  return {
    user: request.user,
    dryRun: dryRun.includes("All"),
    fieldValidation: parseFieldValidation(validation),
    fieldManager:
      request.query.get("fieldManager") ?? (request.headers["user-agent"] ?? "unknown").split("/", 1)[0] ?? "unknown",
    warn: (message) => {
      if (!warnings.includes(message)) warnings.push(message);
    },
  };
}

function parseFieldValidation(value: string): FieldValidation {
  switch (value) {
    case "":
      return "Warn";
    case "Ignore":
    case "Warn":
    case "Strict":
      return value;
    default:
      throw badRequest(
        `fieldValidation: Unsupported value: ${JSON.stringify(value)}: supported values: "Ignore", "Strict", "Warn"`,
      );
  }
}

export function withWarnings(response: ApiResponse, warnings: readonly string[]): ApiResponse {
  const lines = warnings.map((warning) => `299 - ${JSON.stringify(warning.replaceAll(/[\r\n]+/g, " "))}`);
  return { ...response, headers: { ...response.headers, warning: lines.join(", ") } };
}
