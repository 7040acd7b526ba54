/** A test of a server against its own description. */
export type { Operation } from "./document.ts";
export { fuzz, type Finding, type FuzzOptions, type FuzzReport } from "./fuzz.ts";
export type { Wish } from "./wish.ts";
