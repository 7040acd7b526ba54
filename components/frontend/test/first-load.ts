/** What the first load of a page fetches, read from a build: its scripts, as small as Brotli makes them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { brotliCompressSync } from "node:zlib";
import { z } from "zod";

const BuildManifest = z.object({ rootMainFiles: z.array(z.string()) });
const PageManifests = z.record(z.string(), z.object({ entryJSFiles: z.record(z.string(), z.array(z.string())) }));

/** @param route a page's place in the app folder; @returns file → compressed bytes */
export function firstLoad(buildFolder: string, route: string): ReadonlyMap<string, number> {
  const manifest = readFileSync(join(buildFolder, "server", "app", `${route}_client-reference-manifest.js`), "utf8");
  // It is a script that sets a global, as the server runs it.
  const context: Record<string, unknown> = {};
  context["globalThis"] = context;
  runInNewContext(manifest, context);
  const [page] = Object.values(PageManifests.parse(context["__RSC_MANIFEST"]));
  const shared = BuildManifest.parse(JSON.parse(readFileSync(join(buildFolder, "build-manifest.json"), "utf8")));
  const files = new Set([...shared.rootMainFiles, ...Object.values(page?.entryJSFiles ?? {}).flat()]);
  return new Map(
    [...files].map((file) => [file, brotliCompressSync(readFileSync(join(buildFolder, file))).byteLength]),
  );
}
