/** What a project may be called, told while typing. The server decides; this only says it earlier. */
import { DnsLabel, isReservedProjectName } from "@pilothouse/contracts";
import * as texts from "../../lib/texts/index.ts";

export function projectNameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name.length > 63) return texts.projects.nameTooLong;
  if (!DnsLabel.safeParse(name).success) return texts.projects.nameInvalid;
  if (isReservedProjectName(name)) return texts.projects.nameReserved;
  if (taken.includes(name)) return texts.projects.nameTaken;
  return undefined;
}

/** A name made of a display name: "Team A: web!" → "team-a-web". */
export function suggestProjectName(displayName: string): string {
  return displayName
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
}
