/** The OpenAPI documents of our servers. */
export { describeApi, type DescriptionOptions } from "./document.ts";
export { FILE_TYPES, type ApiNotes } from "./notes.ts";
