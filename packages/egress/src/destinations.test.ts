import { describe, expect, it } from "vitest";
import { isPublicAddress } from "./addresses.ts";
import { isAllowed, parseDestination } from "./hosts.ts";

describe("isPublicAddress", () => {
  it.each(["1.1.1.1", "140.82.112.3", "2606:4700::1111", "2a00:1450:4001::200e"])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:1.1.1.1",
    "64:ff9b::a9fe:a9fe",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2002:7f00:1::",
    "2001:0:1::1",
    "2001:db8::1",
    "localhost",
    "2130706433",
    "0x7f.1",
    "",
  ])("%j is not", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("isAllowed", () => {
  const list = ["example.com", "*.example.org", "git.example:8443", "[2001:db8::7]:8443", "[2001:db8::8]"];
  it.each([
    ["example.com:443", true],
    ["EXAMPLE.com.:80", true],
    ["example.com:22", false],
    ["sub.example.com:443", false],
    ["example.com.evil.org:443", false],
    ["packages.example.org:443", true],
    ["a.b.example.org:443", true],
    ["example.org:443", false],
    ["evilexample.org:443", false],
    ["git.example:8443", true],
    ["git.example:443", false],
    ["[2001:db8::7]:8443", true],
    ["[2001:db8::7]:443", false],
    ["[2001:db8::8]:443", true],
  ])("%s → %s", (authority, expected) => {
    const destination = parseDestination(authority);
    expect(destination !== undefined && isAllowed(list, destination)).toBe(expected);
  });

  it.each(["example.com", "example.com:0", "example.com:70000", "a b:443", "http://x:80", ":443", ""])(
    "%j is no destination",
    (authority) => {
      expect(parseDestination(authority)).toBeUndefined();
    },
  );
});
