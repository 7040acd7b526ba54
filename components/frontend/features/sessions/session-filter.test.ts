import { SessionListQuery } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { countFilters, isNarrowed, listQueryOf, NO_FILTER, readFilter, writeFilter } from "./session-filter.ts";

const read = (text: string) => readFilter(new URLSearchParams(text));

describe("the filter of the sessions page", () => {
  it("survives the way through the address", () => {
    const text =
      "?show=ended&search=x+y&phase=Failed&agent=idle&runner=replay&owner=ann&label=team%3Dblue&sort=-cost&page=3";
    expect(writeFilter(read(text))).toBe(text);
    expect(writeFilter(NO_FILTER)).toBe("");
  });

  it("leaves out what it does not know", () => {
    expect(read("show=nonsense&phase=Gone&agent=x&sort=-secret&page=-4")).toEqual(NO_FILTER);
  });

  it("asks in the words of the server", () => {
    for (const text of ["", "show=needs-you&page=2", "show=running", "show=ended&label=a%3Db", "agent=working"]) {
      const query = Object.fromEntries(new URLSearchParams(listQueryOf(read(text))));
      expect(SessionListQuery.safeParse(query)).toMatchObject({ success: true });
    }
    expect(listQueryOf(read("show=needs-you&page=2"))).toBe("limit=25&offset=25&sort=-attention&needsPerson=1");
    expect(listQueryOf(read("show=ended&phase=Failed"))).toContain("phase=Failed");
  });

  it("knows what narrows a list", () => {
    expect(countFilters(read("show=ended&search=x&owner=ann&label=a"))).toBe(2);
    expect(isNarrowed(read("sort=-cost&page=2"))).toBe(false);
    expect(isNarrowed(read("search=x"))).toBe(true);
  });
});
