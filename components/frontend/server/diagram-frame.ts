/**
 * The frame that draws diagrams. What an agent wrote is drawn in an opaque origin (`sandbox`) that can ask no host for
 * anything, and what comes out of it is shown as a picture: a diagram never becomes a part of our page.
 */
import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";

export const DIAGRAM_FRAME = "/diagram-frame";

const POLICY = [
  "sandbox allow-scripts",
  "default-src 'none'",
  "script-src 'self'",
  // The library measures texts with the styles that it writes into the document.
  "style-src 'unsafe-inline'",
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Diagrams</title><body>
<script src="${DIAGRAM_FRAME}/mermaid.js"></script><script src="${DIAGRAM_FRAME}/draw.js"></script></body></html>`;

const scripts: Readonly<Record<string, () => string>> = {
  [`${DIAGRAM_FRAME}/mermaid.js`]: () =>
    createRequire(import.meta.url)
      .resolve("mermaid")
      .replace(/[^/\\]+$/, "mermaid.min.js"),
  [`${DIAGRAM_FRAME}/draw.js`]: () => fileURLToPath(new URL("diagram-frame.client.js", import.meta.url)),
};

/** Answers requests for the frame and its scripts; false for anything else. The same for everybody. */
export function serveDiagramFrame(request: IncomingMessage, response: ServerResponse, path: string): boolean {
  if (request.method !== "GET") return false;
  if (path === DIAGRAM_FRAME) {
    response.setHeader("X-Frame-Options", "SAMEORIGIN");
    response.writeHead(200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-cache",
    });
    response.end(PAGE);
    return true;
  }
  const file = Object.hasOwn(scripts, path) ? scripts[path] : undefined;
  if (file === undefined) return false;
  const isCompressed = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  // The frame has an origin of its own, so that its scripts come from another one.
  response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
  response.writeHead(200, {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=86400",
    Vary: "Accept-Encoding",
    ...(isCompressed ? { "Content-Encoding": "gzip" } : {}),
  });
  const failed = (): void => void response.destroy();
  const source = createReadStream(file()).on("error", failed);
  if (isCompressed) pipeline(source, createGzip(), response, () => undefined);
  else pipeline(source, response, () => undefined);
  return true;
}
