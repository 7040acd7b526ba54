/**
 * Runs in the browser before any page's script. Zod asks once whether it may make functions out of text; the page's
 * policy forbids that, and would report each page for asking.
 */
declare global {
  // oxlint-disable-next-line no-var -- a property of globalThis is declared in no other way
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true };

export {};
