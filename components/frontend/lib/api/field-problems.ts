/** What the server says about single fields of a request, so that it can be shown at the field. */
import { ValidationIssue } from "@pilothouse/contracts";
import { z } from "zod";
import { ApiError } from "./request.ts";

const Details = z.object({ issues: z.array(ValidationIssue) });

/** Messages by the dotted path of their field; empty for an error that names none. */
export function fieldProblems(error: unknown): ReadonlyMap<string, string> {
  const details = error instanceof ApiError ? Details.safeParse(error.details).data : undefined;
  return new Map((details?.issues ?? []).filter(({ path }) => path !== "").map(({ path, message }) => [path, message]));
}

/** The message of an error, unless `shown` fields say all of it already. */
export function remainingMessage(error: Error | null, shown: readonly string[]): string | undefined {
  if (error === null) return undefined;
  const problems = [...fieldProblems(error).keys()];
  return problems.length > 0 && problems.every((path) => shown.includes(path)) ? undefined : error.message;
}
