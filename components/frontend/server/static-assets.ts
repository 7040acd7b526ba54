/** Sends the build's scripts and styles as they were compressed at build time. Their names change with their content. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";
import { pipeline } from "node:stream";

export const ASSET_SUFFIX = ".br";
const PREFIX = "/_next/static/";
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export interface StaticAssets {
  /** Answers when there is a compressed copy of what is asked for, and the browser takes it; false otherwise. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): boolean;
}

/** @param folder the frontend's own */
export function assetFolder(folder: string, environment: Readonly<Record<string, string | undefined>>): string {
  return join(folder, environment["PILOTHOUSE_UI_BUILD_DIR"] ?? ".next", "static");
}

/** Looks once which files there are: only those are ever opened, whatever a request names. */
export async function openStaticAssets(folder: string): Promise<StaticAssets> {
  const files = new Map<string, { file: string; size: number; type: string }>();
  // No build, or one without compressed copies: the pages' own server answers.
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) {
    const original = name.slice(0, -ASSET_SUFFIX.length);
    const type = TYPES[extname(original)];
    if (!name.endsWith(ASSET_SUFFIX) || type === undefined) continue;
    const file = join(folder, name);
    files.set(PREFIX + original.split(sep).join("/"), { file, size: (await stat(file)).size, type });
  }
  return {
    serve(request, response, path) {
      const found = files.get(path);
      if (found === undefined || !["GET", "HEAD"].includes(request.method ?? "")) return false;
      if (!acceptsBrotli(request.headers["accept-encoding"])) return false;
      response.writeHead(200, {
        "Content-Type": found.type,
        "Content-Encoding": "br",
        "Content-Length": found.size,
        "Cache-Control": "public, max-age=31536000, immutable",
        Vary: "Accept-Encoding",
      });
      if (request.method === "HEAD") response.end();
      // A failure cuts the answer off, and the browser asks again.
      else pipeline(createReadStream(found.file), response, () => undefined);
      return true;
    },
  };
}

function acceptsBrotli(header: string | string[] | undefined): boolean {
  return String(header ?? "")
    .split(",")
    .some((item) => /^\s*br\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+\s*)?$/.test(item));
}
