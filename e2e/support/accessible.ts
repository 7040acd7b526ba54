/** Judges a page by axe: WCAG 2.2 AA and the rules that everybody should keep. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

type Axe = { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };

/** No violation in the page as it is now. */
export async function expectNoViolation(page: Page, what: string): Promise<void> {
  // Evaluated, not inserted: the page's policy would refuse a script element.
  await page.evaluate(`globalThis.axe ?? (() => { ${readFileSync(AXE, "utf8")} })()`);
  const violations = () =>
    page.evaluate(async (rules) => {
      const { axe } = globalThis as unknown as { axe: Axe };
      const found = await axe.run({ runOnly: rules });
      return found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`,
      );
    }, RULES);
  // Asked again, as colours are on their way from one scheme to the other for a moment; what is wrong stays wrong.
  await expect.poll(violations, { message: what, timeout: 5_000 }).toEqual([]);
}

/** No violation in the light nor in the dark. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectNoViolation(page, colorScheme);
  }
  await page.emulateMedia({ colorScheme: null });
}
