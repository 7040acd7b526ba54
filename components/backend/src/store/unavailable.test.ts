import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { StorageUnavailable, isStoreAway } from "./unavailable.ts";

const coded = (code: string): Error => Object.assign(new Error("x"), { code });

describe("a store that is away", () => {
  it.each([
    [coded("ECONNREFUSED"), true],
    [coded("CONNECTION_CLOSED"), true],
    [coded("57P01"), true],
    [coded("53300"), true],
    [new StorageUnavailable("s3://bucket answered with 500"), true],
    [coded("23505"), false],
    [coded("22021"), false],
    [coded("ENOENT"), false],
    [new TypeError("x"), false],
    ["ECONNREFUSED", false],
  ])("%s → %s", (error, away) => {
    expect(isStoreAway(error)).toBe(away);
  });

  it("is not a statement that is wrong, and is a database that is locked", () => {
    const open = (): DatabaseSync => new DatabaseSync("file:shared?mode=memory&cache=shared");
    const [one, two] = [open(), open()];
    const attempt = (work: () => void): unknown => {
      try {
        work();
        return undefined;
      } catch (error) {
        return error;
      }
    };
    expect(isStoreAway(attempt(() => one.exec("SELECT nonsense")))).toBe(false);
    one.exec("CREATE TABLE t (x); BEGIN EXCLUSIVE");
    expect(isStoreAway(attempt(() => two.exec("BEGIN EXCLUSIVE")))).toBe(true);
    one.close();
    two.close();
  });
});
