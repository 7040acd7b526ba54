export * from "./access.ts";
export * from "./batch.ts";
export * from "./core.ts";
export * from "./meta.ts";
export * from "./platform.ts";
export * from "./rbac.ts";
