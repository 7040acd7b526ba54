/**
 * Every English sentence of the interface, one file per feature. Names of buttons are verbs; errors say what to do.
 * Imported as a namespace (`import * as texts`), so that a page carries the sentences of the features that it has.
 */
export const product = "Pilothouse";
export { branch, chat, diagram, feedback, search, subagent } from "./chat.ts";
export { common, theme, time, errors } from "./common.ts";
export { attach, complete, composer } from "./composer.ts";
export { integrations } from "./integrations.ts";
export { keys } from "./keys.ts";
export { members } from "./members.ts";
export { create } from "./new-session.ts";
export { palette, shortcuts } from "./palette.ts";
export { panels } from "./panels.ts";
export { projects } from "./projects.ts";
export { question, approval } from "./questions.ts";
export { secrets } from "./secrets.ts";
export { session, connection, startup, notifications, tasks, childSession } from "./session.ts";
export { sessions, states } from "./sessions.ts";
export { settings, general, flags } from "./settings.ts";
export { shell } from "./shell.ts";
export { signIn } from "./sign-in.ts";
export { toolServers } from "./tool-servers.ts";
export { tools } from "./tools.ts";
