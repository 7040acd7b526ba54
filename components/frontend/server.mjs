/** Starts the UI server; see server/main.ts for what it reads. */
import { setFlagsFromString } from "node:v8";

// Pages are few and small: a heap that is kept small costs them nothing, and saves tens of megabytes.
for (const flag of ["--optimize-for-size", "--semi-space-growth-factor=1", "--memory-saver-mode"])
  setFlagsFromString(flag);

await import("./server/main.ts");
