import { describe, expect, it } from "vitest";
import { runnerOrigin } from "./endpoint.ts";

describe("the address of a runner", () => {
  it.each([
    ["http://10.1.2.3:8001", "http://10.1.2.3:8001"],
    ["http://127.5.0.1:8001", "http://127.5.0.1:8001"],
    ["http://[fd12::5]:8001", "http://[fd12::5]:8001"],
    ["http://127.0.0.1:8001", undefined],
    ["http://127.0.0.53:53", undefined],
    ["http://0.0.0.0:8001", undefined],
    ["http://169.254.169.254", undefined],
    ["http://[::1]:8001", undefined],
    ["http://[fe80::1]:8001", undefined],
    ["http://[::ffff:127.0.0.1]:8001", undefined],
    ["http://2130706433:8001", undefined],
    ["http://0x7f000001:8001", undefined],
    ["http://localhost:8001", undefined],
    ["http://runner.example:8001", undefined],
    ["https://10.1.2.3:8001", undefined],
    ["http://user:secret@10.1.2.3:8001", undefined],
    ["http://10.1.2.3:8001/path", undefined],
    ["file:///etc/passwd", undefined],
    ["", undefined],
  ])("%s → %s", (endpoint, origin) => {
    expect(runnerOrigin(endpoint)).toBe(origin);
  });
});
