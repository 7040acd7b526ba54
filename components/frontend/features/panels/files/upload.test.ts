import { describe, expect, it } from "vitest";
import { uploadFiles } from "./upload.ts";

describe("an upload", () => {
  it("writes each file into the folder, and says which it could not", async () => {
    const written: string[] = [];
    const problems = await uploadFiles(
      "uploads",
      [new File(["a"], "a.txt"), new File(["b"], "no.txt"), new File(["c"], "..\\..\\c.txt")],
      async (path) => {
        if (path.endsWith("no.txt")) throw new Error("the disk is full");
        written.push(path);
      },
    );
    expect(written).toEqual(["uploads/a.txt", "uploads/.._.._c.txt"]);
    expect(problems).toEqual(["no.txt: the disk is full"]);
  });

  it("does not begin with what the server refuses for its size", async () => {
    const written: string[] = [];
    const large = new File([new Uint8Array(10 * 1024 * 1024 + 1)], "large.bin");
    const problems = await uploadFiles("", [large, new File(["a"], "a")], async (path) => void written.push(path));
    expect(written).toEqual(["a"]);
    expect(problems).toHaveLength(1);
  });
});
