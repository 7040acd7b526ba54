import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { lifecycleDocument } from "./lifecycle-diagram.ts";

it("the diagram in the docs is the one that the transition table draws", async () => {
  const committed = await readFile(new URL("../../../../docs/diagrams/lifecycle.md", import.meta.url), "utf8");
  expect(committed, "run `node components/operator/src/diagram/write.ts`").toBe(lifecycleDocument());
});
