import { describe, expect, it } from "vitest";
import { freeName, listedFiles, messageContent, pastedName, writtenText } from "./attachments.ts";

describe("names of attachments", () => {
  it.each([
    ["report.csv", [], "report.csv"],
    ["report.csv", ["report.csv", "report-2.csv"], "report-3.csv"],
    ["../../.bashrc", [], "bashrc"],
    ["a/b\\c:d.txt", [], "a-b-c-d.txt"],
    ["Makefile", ["Makefile"], "Makefile-2"],
    ["...", [], "file"],
  ])("of %s beside %j is %s", (wanted, taken, expected) => expect(freeName(wanted, taken)).toBe(expected));

  it("tell pasted pictures apart by their time", () => {
    const now = new Date("2026-11-22T14:02:11Z");
    expect(pastedName("image.png", now)).toBe("pasted-20261122-140211.png");
    expect(pastedName("chart.png", now)).toBe("chart.png");
  });
});

describe("the content of a message", () => {
  it("stays a plain text without files, so that commands are seen", () =>
    expect(messageContent("/ship it", [])).toBe("/ship it"));

  it("names files of the workspace and carries pictures", () => {
    const files = [
      { name: "a.csv", size: 3, path: "uploads/a.csv" },
      { name: "b.png", size: 3, path: "uploads/b.png", image: { mimeType: "image/png", data: "AAAA" } },
    ];
    const content = messageContent("Look", files);
    expect(content).toEqual([
      { type: "text", text: "Look" },
      { type: "text", text: "Attached files, in the workspace:\n- uploads/a.csv\n- uploads/b.png" },
      {
        type: "image",
        source: { type: "data", value: "AAAA", mimeType: "image/png" },
        metadata: { name: "b.png" },
      },
    ]);
    expect(writtenText(content)).toBe("Look");
  });

  it("is read back: only a list as we write it counts as one", () => {
    expect(listedFiles("Attached files, in the workspace:\n- uploads/a.csv")).toEqual(["uploads/a.csv"]);
    expect(listedFiles("Attached files, in the workspace: none")).toBeUndefined();
    expect(listedFiles("Attached files, in the workspace:\nand so on")).toBeUndefined();
  });
});
