import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { storeSuite } from "../../../test/store-suite.ts";
import { SqliteStore } from "./sqlite-store.ts";

storeSuite("SQLite", true, async () => {
  const folder = await mkdtemp(join(tmpdir(), "pilothouse-store-"));
  const file = join(folder, "backend.sqlite");
  const store = SqliteStore.open(file);
  return {
    store,
    reopen: async (now) => SqliteStore.open(file, now),
    age: async () => {
      const database = new DatabaseSync(file);
      for (const table of ["messages", "message_index", "feedback", "endings", "lives"]) {
        database.exec(`DROP TABLE ${table}`);
      }
      database.exec("DROP INDEX answers_by_age; ALTER TABLE answers DROP COLUMN first_at");
      database.exec("CREATE INDEX answers_by_age ON answers (claimed_at)");
      database.exec("PRAGMA user_version = 1");
      database.close();
    },
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

it("refuses a database that a newer version has written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pilothouse-store-"));
  const file = join(folder, "backend.sqlite");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 999");
  database.close();
  expect(() => SqliteStore.open(file)).toThrow(/newer version/);
  await rm(folder, { recursive: true });
});
