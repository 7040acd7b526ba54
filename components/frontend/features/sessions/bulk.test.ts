import { describe, expect, it } from "vitest";
import { doToEach } from "./bulk.ts";

const targets = Array.from({ length: 9 }, (_, index) => ({ name: `s${index}`, title: `Session ${index}` }));

describe("doing one thing to many", () => {
  it("tells what came of each, in order, and never does more than a few at once", async () => {
    let running = 0;
    let most = 0;
    const results = await doToEach(
      targets,
      async (name) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, name === "s0" ? 20 : 1));
        running -= 1;
        if (name === "s3") throw new Error("it is gone");
      },
      String,
    );
    expect(results.map(({ name }) => name)).toEqual(targets.map(({ name }) => name));
    expect(results.filter(({ problem }) => problem !== undefined)).toEqual([
      { name: "s3", title: "Session 3", problem: "Error: it is gone" },
    ]);
    expect(most).toBeLessThanOrEqual(4);
  });
});
