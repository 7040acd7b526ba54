/** The limits form: text fields, and the settings that they mean. Empty removes a limit. */
import type { SettingsAnswer, UpdateSettingsRequest } from "@pilothouse/contracts";

export interface LimitsDraft {
  readonly inactivityMinutes: string;
  readonly maxRunning: string;
  readonly maxCost: string;
}

export function draftOf(settings: SettingsAnswer): LimitsDraft {
  const seconds = settings.inactivityTimeoutSeconds;
  return {
    inactivityMinutes: seconds === undefined ? "" : String(seconds / 60),
    maxRunning: settings.limits?.maxRunningSessions?.toString() ?? "",
    maxCost: settings.limits?.maxCostUsdPerDay?.toString() ?? "",
  };
}

export function requestOfDraft(draft: LimitsDraft): UpdateSettingsRequest {
  const number = (text: string) => (text.trim() === "" ? undefined : Number(text));
  const minutes = number(draft.inactivityMinutes);
  const maxRunningSessions = number(draft.maxRunning);
  const maxCostUsdPerDay = number(draft.maxCost);
  const limits = {
    ...(maxRunningSessions === undefined ? {} : { maxRunningSessions }),
    ...(maxCostUsdPerDay === undefined ? {} : { maxCostUsdPerDay }),
  };
  return {
    inactivityTimeoutSeconds: minutes === undefined ? null : Math.round(minutes * 60),
    limits: Object.keys(limits).length === 0 ? null : limits,
  };
}
