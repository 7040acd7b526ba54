/**
 * Pages that an agent wrote, for a frame beside the conversation. They run in an opaque origin (`sandbox`): no cookie, no
 * storage, no request to anywhere, whatever their scripts try. Their parent's policy keeps the frame from going elsewhere.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendError } from "./errors.ts";

export const FRAME_PREFIX = "/artifact-frame/";

const POLICY = [
  "sandbox allow-scripts",
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src data: blob:",
  "font-src data:",
  "media-src data: blob:",
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const TIMEOUT_MS = 15_000;

/** `/artifact-frame/PROJECT/SESSION/artifacts/…` as the backend names it; undefined for anything else. */
export function artifactPath(path: string): string | undefined {
  const [project, session, ...file] = path.slice(FRAME_PREFIX.length).split("/");
  const decoded = file.map(decode);
  const isArtifact = decoded[0] === "artifacts" && /\.html?$/i.test(decoded.at(-1) ?? "");
  const isPlain = decoded.every(
    (part) => part !== undefined && part !== "" && part !== "." && !/^\.\.$|[/\\]/.test(part),
  );
  if (!project || !session || !isArtifact || !isPlain) return undefined;
  return `/api/projects/${project}/agentic-sessions/${session}/workspace/${file.join("/")}`;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined; // A percent sign that escapes nothing.
  }
}

interface FrameOptions {
  backendUrl: URL;
  token: string;
  /** The request's path. */
  path: string;
}

export async function serveArtifactFrame(
  request: IncomingMessage,
  response: ServerResponse,
  { backendUrl, token, path }: FrameOptions,
): Promise<void> {
  const target = artifactPath(path);
  if (target === undefined || request.method !== "GET")
    return sendError(response, "NO_SUCH_ARTIFACT", "Only pages in the folder artifacts can be shown here.");
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const answer = await fetch(`${backendUrl.href.replace(/\/$/, "")}${target}`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: "error",
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(TIMEOUT_MS)]),
  }).catch(() => undefined);
  if (answer === undefined) return sendError(response, "BACKEND_UNREACHABLE", "The backend did not answer.");
  if (!answer.ok) {
    await answer.body?.cancel();
    return sendError(response, "NO_SUCH_ARTIFACT", `The artifact could not be had (${answer.status}).`);
  }
  const page = Buffer.from(await answer.arrayBuffer());
  response.setHeader("X-Frame-Options", "SAMEORIGIN");
  response.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": page.length,
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
  });
  response.end(page);
}
