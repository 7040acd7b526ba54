/** Every English sentence of the interface, one file per feature. Names of buttons are verbs; errors say what to do. */
import { branch, chat, diagram, feedback, search, subagent } from "./chat.ts";
import { common, theme, time, errors } from "./common.ts";
import { attach, complete, composer } from "./composer.ts";
import { integrations } from "./integrations.ts";
import { keys } from "./keys.ts";
import { members } from "./members.ts";
import { create } from "./new-session.ts";
import { palette, shortcuts } from "./palette.ts";
import { panels } from "./panels.ts";
import { projects } from "./projects.ts";
import { question, approval } from "./questions.ts";
import { secrets } from "./secrets.ts";
import { session, connection, startup, notifications, tasks, childSession } from "./session.ts";
import { sessions, states } from "./sessions.ts";
import { settings, general, flags } from "./settings.ts";
import { shell } from "./shell.ts";
import { signIn } from "./sign-in.ts";
import { toolServers } from "./tool-servers.ts";
import { tools } from "./tools.ts";

export const texts = {
  product: "Pilothouse",
  common,
  signIn,
  theme,
  shell,
  projects,
  sessions,
  states,
  create,
  session,
  connection,
  startup,
  notifications,
  tasks,
  childSession,
  chat,
  feedback,
  branch,
  diagram,
  search,
  tools,
  subagent,
  question,
  approval,
  composer,
  attach,
  complete,
  settings,
  secrets,
  members,
  keys,
  toolServers,
  integrations,
  general,
  flags,
  panels,
  palette,
  shortcuts,
  time,
  errors,
} as const;
