/**
 * Loads every module that a runner may load, and ends: with NODE_COMPILE_CACHE set, what is compiled then is there for all
 * runners that come.
 */
import { readdirSync } from "node:fs";
import { loadBridge } from "./bridges/index.ts";

await Promise.all([import("./serve.ts"), import("./handover/handover.ts")]);
for (const entry of readdirSync(new URL("./bridges/", import.meta.url), { withFileTypes: true })) {
  // A folder without a bridge has what bridges share.
  if (entry.isDirectory()) await loadBridge(entry.name, "").catch(() => undefined);
}
process.exit(0);
