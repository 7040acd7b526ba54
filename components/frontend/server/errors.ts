/** Errors that the UI server itself answers with; the backend's own pass through as they are. */
import type { ServerResponse } from "node:http";

const STATUS = {
  NOT_SIGNED_IN: 401,
  CROSS_SITE_REQUEST: 403,
  NO_SUCH_ARTIFACT: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TOO_LARGE: 413,
  PAGE_FAILED: 500,
  BACKEND_UNREACHABLE: 502,
} as const;

export type ErrorCode = keyof typeof STATUS;

export function sendError(response: ServerResponse, code: ErrorCode, error: string): void {
  const body = JSON.stringify({ error, code });
  response.writeHead(STATUS[code], {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
  });
  response.end(body);
}
