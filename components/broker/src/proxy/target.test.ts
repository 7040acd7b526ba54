import { describe, expect, it } from "vitest";
import { targetOf } from "./target.ts";

describe("targetOf", () => {
  it.each([
    ["", "https://api.example", "/"],
    ["/v1/messages", "https://api.example", "/v1/messages"],
    ["/v1/messages?beta=true", "https://api.example/base/", "/base/v1/messages?beta=true"],
    [
      "/v1beta/models/g:generateContent?key=token&alt=sse",
      "https://api.example",
      "/v1beta/models/g:generateContent?alt=sse",
    ],
    ["/v1/models/a%2Fb", "https://api.example", "/v1/models/a%2Fb"],
    ["/v1/..hidden", "https://api.example", "/v1/..hidden"],
  ])("%j below %s → %s", (rest, upstream, send) => {
    expect(targetOf(rest, new URL(upstream)).send).toBe(send);
  });

  it.each([
    "//evil.example",
    "/a/../b",
    "/..",
    "/.",
    "/%2e%2e/b",
    "/a%2f..%2fb",
    "/a\\..\\b",
    "/a%5c..",
    "/%",
    "/a%0d%0ab",
    "evil",
  ])("refuses %j", (rest) => {
    expect(() => targetOf(rest, new URL("https://api.example/base"))).toThrow("not acceptable");
  });
});
