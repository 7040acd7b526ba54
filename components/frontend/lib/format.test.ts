import { describe, expect, it } from "vitest";
import { formatAge, formatBytes, formatCost, formatCount, formatDuration } from "./format.ts";

describe("formats", () => {
  it.each([
    [formatAge(0, 59_999), "now"],
    [formatAge(0, 60_000), "1m"],
    [formatAge(0, 3_600_000 * 23), "23h"],
    [formatAge(0, 86_400_000 * 2.5), "2d"],
    [formatAge(10, 0), "now"],
    [formatDuration(420), "0.4 s"],
    [formatDuration(9_960), "10 s"],
    [formatDuration(185_000), "3 min 5 s"],
    [formatDuration(86_400_000), "24 h"],
    [formatDuration(7_800_000), "2 h 10 min"],
    [formatCost(0), "$0.00"],
    [formatCost(0.0042), "$0.0042"],
    [formatCost(12.345), "$12.35"],
    [formatCount(999), "999"],
    [formatCount(1000), "1k"],
    [formatCount(61_240), "61.2k"],
    [formatCount(999_600), "1M"],
    [formatBytes(1536), "1.5 KB"],
  ])("%s", (actual, expected) => expect(actual).toBe(expected));
});
