import { describe, expect, it } from "vitest";
import { ConfigurationProblem } from "@pilothouse/server";
import { loadConfiguration } from "./configuration.ts";

describe("the configuration", () => {
  it("needs no more than the backend's address", () => {
    const { BACKEND_URL, PORT, TRUSTED_PROXIES } = loadConfiguration({ BACKEND_URL: "http://backend:8080/", PORT: "" });
    expect([BACKEND_URL.href, PORT, TRUSTED_PROXIES]).toEqual(["http://backend:8080/", 8080, 0]);
  });

  it("names every variable at fault", () => {
    const load = (): unknown => loadConfiguration({ PORT: "http", TRUSTED_PROXIES: "-1", RATE_LIMIT_PER_TOKEN: "0" });
    expect(load).toThrow(ConfigurationProblem);
    expect(load).toThrow(/PORT: .*BACKEND_URL: .*RATE_LIMIT_PER_TOKEN: .*TRUSTED_PROXIES: /);
  });

  it.each(["backend:8080", "ftp://backend", "http://user:secret@backend", "/backend"])("refuses %s", (BACKEND_URL) => {
    expect(() => loadConfiguration({ BACKEND_URL })).toThrow(/BACKEND_URL: must/);
  });
});
