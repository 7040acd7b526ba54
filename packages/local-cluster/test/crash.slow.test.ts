// What was acknowledged survives kill −9.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { ClusterStore } from "../src/storage/store.ts";

const directory = mkdtempSync(path.join(tmpdir(), "crash-"));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const writer = fileURLToPath(new URL("./support/acknowledging-writer.ts", import.meta.url));

it("a killed writer has lost nothing that it acknowledged, three times over", async () => {
  const file = path.join(directory, "store.sqlite");
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", writer, file, String(round)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [name = "", revision = ""] = line.split(" ");
      acknowledged.set(name, Number(revision));
      if (++lines === 200 + round * 150) child.kill("SIGKILL");
    }
    expect(lines).toBeGreaterThanOrEqual(200);
    const store = ClusterStore.open({ file, indexer: () => ({ uid: "", labels: {}, fields: {} }) });
    const found = new Map(store.list("things").map((object) => [object.name, object.revision]));
    for (const [name, revision] of acknowledged) expect(found.get(name)).toBeGreaterThanOrEqual(revision);
    expect(store.revision).toBeGreaterThanOrEqual(Math.max(...acknowledged.values()));
    await store.close();
  }
});
