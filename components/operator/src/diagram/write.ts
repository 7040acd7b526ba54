// Writes docs/diagrams/lifecycle.md.
import { writeFile } from "node:fs/promises";
import { lifecycleDocument } from "./lifecycle-diagram.ts";

await writeFile(new URL("../../../../docs/diagrams/lifecycle.md", import.meta.url), lifecycleDocument());
