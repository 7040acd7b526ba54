import { describe, expect, it } from "vitest";
import { contentParts } from "./content.ts";

const image = (value: string, mimeType = "image/png") => [{ type: "image", source: { type: "data", value, mimeType } }];

describe("contentParts", () => {
  it.each(["iVBORw0KGgo=", "iVBORw0KGg==", "iVBORw0KGgoA", "iVBORw0KGgo"])("shows the picture %s", (data) =>
    expect(contentParts(image(data))).toEqual([
      { type: "image", source: `data:image/png;base64,${data}`, name: undefined },
    ]),
  );

  it.each(['" onerror="pwned()', "iVBOR", "iV=ORw0K", "iVBO=", "iVBORw0KGgo==="])(
    "names %s, which is no picture",
    (data) => expect(contentParts(image(data))).toEqual([{ type: "file", name: "image", mediaType: "image/png" }]),
  );

  it("names what is no picture by its kind, and what is elsewhere", () => {
    expect(contentParts(image("iVBORw0KGgo=", "image/svg+xml"))[0]?.type).toBe("file");
    expect(contentParts([{ type: "image", source: { type: "url", value: "https://a.example/p.png" } }])[0]?.type).toBe(
      "file",
    );
  });
});
