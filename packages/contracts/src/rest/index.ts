/** Shapes of the REST interfaces: requests and answers. */
export * from "./agui.ts";
export * from "./catalog.ts";
export * from "./errors.ts";
export * from "./flags.ts";
export * from "./lists.ts";
export * from "./members.ts";
export * from "./platform.ts";
export * from "./projects.ts";
export * from "./runner.ts";
export * from "./search.ts";
export * from "./secrets.ts";
export * from "./sessions.ts";
export * from "./settings.ts";
export * from "./strict.ts";
export * from "./transcripts.ts";
