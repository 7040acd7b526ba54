/** The bundled recordings by name. Their files are generated, and a test compares them. */
import { recording as addASearch } from "./add-a-search.ts";
import { recording as fixTheFlakyTest } from "./fix-the-flaky-test.ts";

export const recordings = { "fix-the-flaky-test": fixTheFlakyTest, "add-a-search": addASearch };
