import { UpdateSettingsRequest } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { draftOf, requestOfDraft } from "./limits.ts";

describe("limits", () => {
  it("survive the way through the form", () => {
    const settings = { inactivityTimeoutSeconds: 5400, limits: { maxRunningSessions: 3, maxCostUsdPerDay: 2.5 } };
    expect(draftOf(settings)).toEqual({ inactivityMinutes: "90", maxRunning: "3", maxCost: "2.5" });
    expect(requestOfDraft(draftOf(settings))).toEqual(settings);
  });

  it("are removed when emptied, and 0 is a limit", () => {
    const request = requestOfDraft({ inactivityMinutes: "", maxRunning: "", maxCost: " " });
    expect(request).toEqual({ inactivityTimeoutSeconds: null, limits: null });
    expect(requestOfDraft({ inactivityMinutes: "0", maxRunning: "0", maxCost: "" })).toEqual({
      inactivityTimeoutSeconds: 0,
      limits: { maxRunningSessions: 0 },
    });
    expect(UpdateSettingsRequest.safeParse(request).error).toBeUndefined();
  });
});
