import { mkdtempSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sharedFolders } from "./shared-folders.ts";

describe("folders shared with sessions", () => {
  it("are given as absolute paths", () => {
    expect(sharedFolders(["/usr/lib/../share"])).toEqual(["/usr/share"]);
  });

  it("must exist", () => {
    expect(() => sharedFolders(["/usr/no-such-folder"])).toThrow(/no-such-folder: there is no such folder/);
  });

  it("may lie below a place that pods have of their own, but not be it", () => {
    const folder = mkdtempSync("/tmp/pilothouse-share-");
    expect(sharedFolders([folder])).toEqual([folder]);
    rmSync(folder, { recursive: true });
    for (const place of ["/", "/tmp", "/proc/self", "/etc"]) {
      expect(() => sharedFolders([place])).toThrow(/sessions have a place of their own there/);
    }
  });
});
