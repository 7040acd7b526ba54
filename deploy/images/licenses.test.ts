/** What is installed for production has no licence that reaches those who run it as a service; tools of the tests may. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";

const Lock = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), license: z.string().optional() })),
});

it("installs nothing under the AGPL or the SSPL, but for tests", () => {
  const { packages } = Lock.parse(
    JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8")),
  );
  const found = Object.entries(packages).filter(([, { license = "" }]) => /AGPL|SSPL/i.test(license));
  expect(found.map(([path]) => path)).toContain("node_modules/unleash-server");
  expect(found.filter(([, { dev }]) => dev !== true)).toEqual([]);
});
