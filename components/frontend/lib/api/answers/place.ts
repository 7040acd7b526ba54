/** Who the reader is, where, and what may be done there; and the one shape of an error. */
import type {
  ErrorBody as ErrorAnswer,
  Me as MeAnswer,
  Page,
  ProjectAccessAnswer as Access,
  ProjectAction,
  ProjectSummary,
  Role,
} from "@pilothouse/contracts";
import { anything, flag, list, number, object, oneOf, optional, shape, text } from "../shape.ts";

export const ErrorBody = shape(object<ErrorAnswer>({ error: text, code: text, details: optional(anything) }));

export const Me = shape(object<MeAnswer>({ userId: text, displayName: text, groups: list(text) }));

const role = oneOf<Role>({ view: true, edit: true, admin: true });

export const ProjectAccessAnswer = shape(
  object<Access>({
    project: text,
    userRole: role,
    allowedActions: list(
      oneOf<ProjectAction>({
        viewSessions: true,
        createSessions: true,
        updateSessions: true,
        deleteSessions: true,
        manageSettings: true,
        manageSecrets: true,
        manageMembers: true,
        manageKeys: true,
        manageFlags: true,
        updateProject: true,
        deleteProject: true,
      }),
    ),
  }),
);

export const ProjectPage = shape(
  object<Page<ProjectSummary>>({
    items: list(
      object<ProjectSummary>({
        name: text,
        displayName: text,
        description: text,
        owner: text,
        status: oneOf<ProjectSummary["status"]>({ Pending: true, Ready: true, Failed: true, Terminating: true }),
        message: optional(text),
        createdAt: text,
        role: optional(role),
      }),
    ),
    totalCount: number,
    limit: number,
    offset: number,
    hasMore: flag,
    nextOffset: optional(number),
  }),
);
