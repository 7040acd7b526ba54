/** Calls of the backend while a page is drawn on the server, with the caller's token. Not for browser code. */
import { type ErrorBody, ErrorBody as ErrorBodySchema } from "@pilothouse/contracts";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { z } from "zod";
import { ACCESS_TOKEN_HEADER, NONCE_HEADER, PLACE_HEADER, PROVIDER_HEADER } from "./internal-headers";

const TIMEOUT_MS = 10_000;

export type BackendAnswer<T> = { ok: true; data: T } | { ok: false; status: number; error: ErrorBody };

/** GET of a backend path. Leaves for the sign-in page when the token is no longer good. */
export async function backendGet<T>(schema: z.ZodType<T>, path: string): Promise<BackendAnswer<T>> {
  const token = (await headers()).get(ACCESS_TOKEN_HEADER);
  if (token === null) redirect("/login");
  const base = process.env["PILOTHOUSE_BACKEND_URL"];
  if (base === undefined) throw new Error("PILOTHOUSE_BACKEND_URL is not set");
  let response: Response;
  try {
    response = await fetch(new URL(path, base), {
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return failure(502, "BACKEND_UNREACHABLE", "The backend did not answer.");
  }
  if (response.status === 401) {
    await response.body?.cancel();
    const next = (await headers()).get(PLACE_HEADER);
    redirect(`/login?${new URLSearchParams({ problem: "expired", ...(next === null ? {} : { next }) }).toString()}`);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const error = ErrorBodySchema.safeParse(body);
    return error.success
      ? { ok: false, status: response.status, error: error.data }
      : failure(response.status, "UNREADABLE_ANSWER", "The backend's answer could not be read.");
  }
  const parsed = schema.safeParse(body);
  return parsed.success
    ? { ok: true, data: parsed.data }
    : failure(502, "UNREADABLE_ANSWER", `The backend's answer to ${path} could not be read: ${parsed.error.message}`);
}

function failure<T>(status: number, code: string, error: string): BackendAnswer<T> {
  return { ok: false, status, error: { error, code } };
}

/** The nonce of the page that is being drawn. */
export async function pageNonce(): Promise<string | undefined> {
  return (await headers()).get(NONCE_HEADER) ?? undefined;
}

/** The name of the provider that people may sign in at, if there is one. */
export async function providerName(): Promise<string | undefined> {
  const name = (await headers()).get(PROVIDER_HEADER);
  return name === null ? undefined : decodeURIComponent(name);
}
