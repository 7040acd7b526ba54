import { describe, expect, it } from "vitest";
import { pictureOf } from "./draw-diagram.ts";

describe("pictureOf", () => {
  it("gives a picture the size of its own box", () => {
    const { source, width, height } = pictureOf(
      '<svg id="d" width="100%" viewBox="-8 -8 120.5 64" style="max-width: 120px;"><text>a & b</text></svg>',
    );
    expect([width, height]).toEqual([121, 64]);
    const svg = decodeURIComponent(source.replace("data:image/svg+xml;charset=utf-8,", ""));
    expect(svg).toBe('<svg id="d" viewBox="-8 -8 120.5 64" width="121" height="64"><text>a & b</text></svg>');
  });

  it("has a size also for one without a box", () => expect(pictureOf("<svg></svg>")).toMatchObject({ width: 600 }));
});
