import { describe, expect, it } from "vitest";
import { parseGitHosts } from "./git-hosts.ts";

describe("parseGitHosts", () => {
  it("reads hosts, with ports and with a scheme where one is named", () => {
    expect(parseGitHosts("GitHub.com, git.example:8443\nhttp://forge.local:3000/ github.com")).toEqual({
      hosts: [
        { host: "github.com", origin: "https://github.com" },
        { host: "git.example:8443", origin: "https://git.example:8443" },
        { host: "forge.local:3000", origin: "http://forge.local:3000" },
      ],
      invalid: [],
    });
    expect(parseGitHosts("")).toEqual({ hosts: [], invalid: [] });
  });

  it.each(["ssh://a.example", "a.example/path", "user@a.example", "-a.example", "a.example:port", "http://"])(
    "does not take %j for a host",
    (entry) => {
      expect(parseGitHosts(entry)).toEqual({ hosts: [], invalid: [entry] });
    },
  );
});
