/** Where the project's own tree is: every path is derived from this file, so the folder can be moved. */
import { fileURLToPath } from "node:url";

/** The repository's top folder, without a trailing slash. */
export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url)).replace(/\/$/, "");
