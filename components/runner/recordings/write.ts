/** Writes the bundled recordings: `node components/runner/recordings/write.ts`. */
import { writeFile } from "node:fs/promises";
import { recordings } from "./index.ts";

for (const [name, recording] of Object.entries(recordings)) {
  await writeFile(new URL(`../src/bridges/replay/recordings/${name}.jsonl`, import.meta.url), recording.toString());
}
