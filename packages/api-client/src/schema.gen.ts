/** Generated from the backend's OpenAPI document by `npm run generate`. Do not edit. */
export interface paths {
"/health": {
/** Whether the process lives */
get: { parameters: {  };  responses: { 200: { content: { "application/json": { "status": "healthy"; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/ready": {
/** Whether it can serve */
get: { parameters: {  };  responses: { 200: { content: { "application/json": { "status": "ready" | "not_ready"; "checks": { [name: string]: { "ok": boolean; "message"?: string; } }; }; } }; 503: { content: { "application/json": { "status": "ready" | "not_ready"; "checks": { [name: string]: { "ok": boolean; "message"?: string; } }; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/metrics": {
/** Prometheus metrics */
get: { parameters: {  };  responses: { 200: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/version": {
/** Version of this backend */
get: { parameters: {  };  responses: { 200: { content: { "application/json": { "version": string; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/cluster-info": {
/** The cluster behind this backend */
get: { parameters: {  };  responses: { 200: { content: { "application/json": { /** null when the Kubernetes API does not answer */
"kubernetesVersion": string | null; "isOpenShift": boolean; "apiGroup": string; "apiVersion": string; "systemNamespace": string; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/me": {
/** The caller */
get: { parameters: {  };  responses: { 200: { content: { "application/json": components["schemas"]["Me"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects": {
/** Projects that the caller may read */
get: { parameters: { query?: { /** Items per page, 20 when absent; brought into 1–100 */
"limit"?: number; /** How many items to skip */
"offset"?: number; /** nextOffset of the page before; wins over offset */
"continue"?: string; /** Case-insensitive substring */
"search"?: string; /** A field name; - before it sorts descending. Newest first when absent */
"sort"?: "name" | "displayName" | "createdAt" | "owner" | "status" | "-name" | "-displayName" | "-createdAt" | "-owner" | "-status"; }; };  responses: { 200: { content: { "application/json": { "items": (components["schemas"]["Project"])[]; /** Over everything that matches, not over this page */
"totalCount": number; "limit": number; "offset": number; "hasMore": boolean; "nextOffset"?: number; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Create a project */
post: { parameters: {  }; requestBody: { content: { "application/json": { /** Becomes the namespace; cannot be changed */
"name": string; "displayName"?: string; "description"?: string; }; } }; responses: { 201: { content: { "application/json": components["schemas"]["Project"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}": {
/** One project */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": components["schemas"]["Project"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Change display name and description */
put: { parameters: { path: { "project": string; }; }; requestBody: { content: { "application/json": { /** Must be the project's own name */
"name"?: string; "displayName"?: string; "description"?: string; }; } }; responses: { 200: { content: { "application/json": components["schemas"]["Project"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Delete a project and everything in it */
delete: { parameters: { path: { "project": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/access": {
/** The caller's role and allowed actions */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": components["schemas"]["ProjectAccess"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/permissions": {
/** Members */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "items": (components["schemas"]["Permission"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Add a member */
post: { parameters: { path: { "project": string; }; }; requestBody: { content: { "application/json": { "subjectType": "user" | "group"; "subjectName": (unknown) & (unknown); "role": "view" | "edit" | "admin"; }; } }; responses: { 201: { content: { "application/json": components["schemas"]["Permission"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/permissions/{subjectType}/{subjectName}": {
/** Change a member's role */
put: { parameters: { path: { "project": string; "subjectType": "user" | "group"; "subjectName": (unknown) & (unknown); }; }; requestBody: { content: { "application/json": { "role": "view" | "edit" | "admin"; }; } }; responses: { 200: { content: { "application/json": components["schemas"]["Permission"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Remove a member */
delete: { parameters: { path: { "project": string; "subjectType": "user" | "group"; "subjectName": (unknown) & (unknown); }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/keys": {
/** Access keys */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "items": (components["schemas"]["ProjectKey"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Make an access key */
post: { parameters: { path: { "project": string; }; }; requestBody: { content: { "application/json": { /** What it is called; taken once in a project */
"name": (unknown) & (unknown); "description"?: string; "role"?: "view" | "edit" | "admin"; "expirationSeconds": number; }; } }; responses: { 201: { content: { "application/json": components["schemas"]["CreatedProjectKey"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/keys/{id}": {
/** Delete an access key */
delete: { parameters: { path: { "project": string; "id": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/runner-secrets": {
/** Which are set: keys of model providers */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "keys": (components["schemas"]["SecretKeyState"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Merge keys of model providers */
put: { parameters: { path: { "project": string; }; }; requestBody: { content: { "application/json": { "data": { /** null deletes the key */
"ANTHROPIC_API_KEY"?: string | null; /** null deletes the key */
"GEMINI_API_KEY"?: string | null; /** null deletes the key */
"GOOGLE_API_KEY"?: string | null; /** null deletes the key */
"OPENAI_API_KEY"?: string | null; }; }; } }; responses: { 200: { content: { "application/json": { "keys": (components["schemas"]["SecretKeyState"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/integration-secrets": {
/** Which are set: credentials of code hosts and trackers, and free-form secrets */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "keys": (components["schemas"]["SecretKeyState"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Merge credentials of code hosts and trackers, and free-form secrets */
put: { parameters: { path: { "project": string; }; }; requestBody: { content: { "application/json": { "data": { [name: string]: string | null }; }; } }; responses: { 200: { content: { "application/json": { "keys": (components["schemas"]["SecretKeyState"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/integrations": {
/** Services that the project has credentials for */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "items": (components["schemas"]["Integration"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/integrations/{id}/test": {
/** Test a credential */
post: { parameters: { path: { "project": string; "id": "github" | "gitlab" | "jira"; }; };  responses: { 200: { content: { "application/json": components["schemas"]["IntegrationTest"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/settings": {
/** Settings */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": components["schemas"]["ProjectSettings"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Change settings */
put: { parameters: { path: { "project": string; }; }; requestBody: { content: { "application/json": { "groupAccess"?: ({ "groupName": string; "role": "view" | "edit" | "admin"; })[] | null; "inactivityTimeoutSeconds"?: number | null; "limits"?: { "maxRunningSessions"?: number; "maxCostUsdPerDay"?: number; } | null; "repositories"?: ({ /** https, ssh or scp-like address of the repository */
"url": string; /** Branch to check out; the remote's default branch when absent */
"branch"?: string; /** Folder name in the workspace; the last part of the URL when absent */
"name"?: string; /** Push the session's working branch when a run finishes */
"autoPush"?: boolean; })[] | null; }; } }; responses: { 200: { content: { "application/json": components["schemas"]["ProjectSettings"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/mcp-servers": {
/** Tool servers */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "custom": { [name: string]: unknown }; "disabled": (string)[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Replace the tool servers */
put: { parameters: { path: { "project": string; }; }; requestBody: { content: { "application/json": { "custom"?: { [name: string]: { "type": "stdio" | "http" | "sse"; "command"?: string; "args"?: (string)[]; "env"?: { [name: string]: string }; "url"?: string; "headers"?: { [name: string]: string }; } }; "disabled"?: (string)[]; }; } }; responses: { 200: { content: { "application/json": { "custom": { [name: string]: unknown }; "disabled": (string)[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/feature-flags": {
/** All flags */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "items": (components["schemas"]["Flag"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/feature-flags/evaluate/{flag}": {
/** One flag's value */
get: { parameters: { path: { "project": string; "flag": string; }; };  responses: { 200: { content: { "application/json": components["schemas"]["FlagEvaluation"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/feature-flags/{flag}/override": {
/** Set the project's own value */
put: { parameters: { path: { "project": string; "flag": string; }; }; requestBody: { content: { "application/json": { "enabled": boolean; }; } }; responses: { 200: { content: { "application/json": components["schemas"]["FlagEvaluation"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Remove the project's own value */
delete: { parameters: { path: { "project": string; "flag": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/runner-types": {
/** Runner types without a gate */
get: { parameters: {  };  responses: { 200: { content: { "application/json": (components["schemas"]["RunnerType"])[]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/runner-types": {
/** Runner types of a project */
get: { parameters: { path: { "project": string; }; };  responses: { 200: { content: { "application/json": (components["schemas"]["RunnerType"])[]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/models": {
/** Models of a project */
get: { parameters: { query?: { "provider"?: string; }; path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "models": (components["schemas"]["Model"])[]; /** null when no model is on offer */
"defaultModel": string | null; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions": {
/** Sessions of a project */
get: { parameters: { query?: { /** Items per page, 20 when absent; brought into 1–100 */
"limit"?: number; /** How many items to skip */
"offset"?: number; /** nextOffset of the page before; wins over offset */
"continue"?: string; /** Case-insensitive substring */
"search"?: string; /** A field name; - before it sorts descending. Newest first when absent */
"sort"?: "name" | "displayName" | "createdAt" | "phase" | "runner" | "model" | "lastActivity" | "attention" | "cost" | "-name" | "-displayName" | "-createdAt" | "-phase" | "-runner" | "-model" | "-lastActivity" | "-attention" | "-cost"; /** One or several of the phases, separated by commas */
"phase"?: string; "agentStatus"?: "working" | "idle" | "waiting_input"; /** Only those whose agent waits for an answer, and those that failed */
"needsPerson"?: "0" | "1" | "true" | "false"; /** A runner type */
"runner"?: string; /** spec.userContext.userId */
"owner"?: string; /** A label selector: key=value, several separated by commas */
"label"?: string; /** With Accept: text/event-stream: changes of the list as server-sent events */
"watch"?: "0" | "1" | "true" | "false"; }; path: { "project": string; }; };  responses: { 200: { content: { "application/json": { "items": (components["schemas"]["Session"])[]; /** Over everything that matches, not over this page */
"totalCount": number; "limit": number; "offset": number; "hasMore": boolean; "nextOffset"?: number; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Create a session */
post: { parameters: { path: { "project": string; }; }; requestBody: { content: { "application/json": components["schemas"]["CreateSessionInput"]; } }; responses: { 201: { content: { "application/json": components["schemas"]["Session"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}": {
/** One session */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": components["schemas"]["Session"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Delete a session, its workspace and its transcript */
delete: { parameters: { path: { "project": string; "session": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Change a session */
patch: { parameters: { path: { "project": string; "session": string; }; }; requestBody: { content: { "application/json": components["schemas"]["PatchSessionInput"]; } }; responses: { 200: { content: { "application/json": components["schemas"]["Session"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/start": {
/** Start a session, or start it again */
post: { parameters: { path: { "project": string; "session": string; }; }; requestBody: { content: { "application/json": Record<string, never>; } }; responses: { 202: { content: { "application/json": components["schemas"]["Session"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/stop": {
/** Stop a session */
post: { parameters: { path: { "project": string; "session": string; }; }; requestBody: { content: { "application/json": Record<string, never>; } }; responses: { 202: { content: { "application/json": components["schemas"]["Session"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/clone": {
/** Create a session with the same spec */
post: { parameters: { path: { "project": string; "session": string; }; }; requestBody: { content: { "application/json": components["schemas"]["CloneSessionInput"]; } }; responses: { 201: { content: { "application/json": components["schemas"]["Session"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/events": {
/** Kubernetes events and the state of the pod */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "items": (components["schemas"]["SessionEvent"])[]; "pod": { "name": string; "phase": string; "containers": ({ "name": string; "ready": boolean; "restartCount": number; "state": "waiting" | "running" | "terminated" | "unknown"; "reason"?: string; "message"?: string; "exitCode"?: number; })[]; } | null; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/search": {
/** Messages of a conversation that hold a text */
get: { parameters: { query: { /** Case-insensitive substring */
"q": string; /** Most messages to answer with, 50 when absent; brought into 1–100 */
"limit"?: number; }; path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { /** In the order of the conversation */
"items": (components["schemas"]["SearchHit"])[]; "hasMore": boolean; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/export": {
/** The transcript as a file */
get: { parameters: { query?: { "format"?: "json" | "markdown"; }; path: { "project": string; "session": string; }; };  responses: { 200: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/artifacts": {
/** What the session left in its artifacts folder when it ended */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/diff": {
/** What the session changed, per repository */
get: { parameters: { query?: { "repo"?: string; }; path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "live": boolean; "items": ({ "repo": string; "branch": string | null; /** Commit that the session began from */
"base": string | null; "files": ({ "path": string; "status": "added" | "modified" | "deleted" | "renamed" | "copied" | "untracked" | "conflicted"; "additions": number; "deletions": number; "oldPath"?: string; "binary"?: boolean; })[]; /** Unified diff */
"patch": string; "truncated"?: boolean; })[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/repos/status": {
/** State of the repositories */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "live": boolean; "items": ({ "name": string; "url": string; "branch"?: string; "status": "Cloning" | "Ready" | "Failed"; "message"?: string; "head"?: string | null; "ahead"?: number; "behind"?: number; "dirty"?: boolean; })[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/mcp/status": {
/** Tool servers and their tools */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "live": boolean; "items": ({ "name": string; "status": string; "error"?: string; "tools": ({ "name": string; "description"?: string; })[]; })[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/capabilities": {
/** What the session's agent can do */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "framework": string; "provider": string | null; "agentFeatures": ("agentic_chat" | "human_in_the_loop" | "thinking" | "shared_state" | "backend_tool_rendering")[]; "fileSystem": boolean; "mcp": boolean; /** The tracer in use, null when none is configured */
"tracing": "langfuse" | "langsmith" | null; "supportedTracing": "langfuse" | "langsmith" | null; "sessionPersistence": boolean; "models": (string)[]; "tools": (string)[]; "commands": ({ "name": string; "description": string; })[]; "agents": (string)[]; "live": boolean; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/workflow/metadata": {
/** The active workflow */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "gitUrl": string | null; "branch": string | null; "path": string | null; "name": string | null; "description": string | null; /** What the workflow begins with when the session has no prompt of its own */
"startupPrompt": string | null; "commands": ({ "name": string; "description": string; })[]; "agents": ({ "name": string; "description": string; })[]; "status": "Cloning" | "Ready" | "Failed" | null; "message": string | null; "live": boolean; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/workspace": {
/** Files in a folder */
get: { parameters: { query?: { "path"?: string; }; path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { /** false: the archive of a session that no longer runs */
"live"?: boolean; "items": ({ "name": string; /** Relative to the workspace, without a leading slash */
"path": string; "isDir": boolean; "size": number; "modifiedAt": string; })[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/workspace/{path}": {
/** A file's bytes */
get: { parameters: { path: { "project": string; "session": string; "path": string; }; };  responses: { 200: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Write a file */
put: { parameters: { path: { "project": string; "session": string; "path": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Delete a file or folder */
delete: { parameters: { path: { "project": string; "session": string; "path": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/files.zip": {
/** The workspace, or one folder of it, as an archive */
get: { parameters: { query?: { "path"?: string; }; path: { "project": string; "session": string; }; };  responses: { 200: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/uploads/{path}": {
/** Upload a file */
post: { parameters: { path: { "project": string; "session": string; "path": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/run": {
/** Send a message, or answer what the agent asked */
post: { parameters: { path: { "project": string; "session": string; }; }; requestBody: { content: { "application/json": components["schemas"]["RunAgentInputInput"]; } }; responses: { 202: { content: { "application/json": components["schemas"]["RunAccepted"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/events": {
/** The thread, as server-sent events */
get: { parameters: { query?: { /** Events after this sequence number; Last-Event-ID wins over it */
"after"?: number; }; path: { "project": string; "session": string; }; };  responses: { 200: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/interrupt": {
/** End the run that is active */
post: { parameters: { path: { "project": string; "session": string; }; }; requestBody: { content: { "application/json": Record<string, never>; } }; responses: { 202: { content: { "application/json": { "interrupted": boolean; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/queue": {
/** Runs that wait for their turn */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "active"?: { "id": string; } | null; "items": ({ /** The run's id */
"id": string; "position"?: number; "queuedAt"?: string | number; /** The beginning of its message */
"preview"?: string; "sender"?: { "userId": string; "displayName"?: string; }; })[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/queue/{id}": {
/** Cancel a run that waits */
delete: { parameters: { path: { "project": string; "session": string; "id": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/run/queue": {
/** Runs that wait for their turn */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "active"?: { "id": string; } | null; "items": ({ /** The run's id */
"id": string; "position"?: number; "queuedAt"?: string | number; /** The beginning of its message */
"preview"?: string; "sender"?: { "userId": string; "displayName"?: string; }; })[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/run/queue/{id}": {
/** Cancel a run that waits */
delete: { parameters: { path: { "project": string; "session": string; "id": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/feedback": {
/** What users think of this session's messages */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "items": (components["schemas"]["Feedback"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Say what you think of a message */
post: { parameters: { path: { "project": string; "session": string; }; }; requestBody: { content: { "application/json": components["schemas"]["FeedbackRequestInput"]; } }; responses: { 201: { content: { "application/json": components["schemas"]["Feedback"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/feedback/{messageId}": {
/** Take back what you said of a message */
delete: { parameters: { path: { "project": string; "session": string; "messageId": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/tasks": {
/** Background tasks of the agent */
get: { parameters: { path: { "project": string; "session": string; }; };  responses: { 200: { content: { "application/json": { "live": boolean; "items": (components["schemas"]["BackgroundTask"])[]; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/tasks/{id}/stop": {
/** Stop a background task */
post: { parameters: { path: { "project": string; "session": string; "id": string; }; }; requestBody: { content: { "application/json": Record<string, never>; } }; responses: { 202: { content: { "application/json": { "id": string; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/api/projects/{project}/agentic-sessions/{session}/agui/tasks/{id}/output": {
/** What a background task has written */
get: { parameters: { path: { "project": string; "session": string; "id": string; }; };  responses: { 200: { content: { "application/json": components["schemas"]["TaskOutput"]; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/internal/transcripts/{uid}": {
/** The last event that is held */
get: { parameters: { path: { "uid": string; }; };  responses: { 200: { content: { "application/json": { "lastSeq": number; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
/** Forget a session */
delete: { parameters: { path: { "uid": string; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/internal/transcripts/{uid}/conversation": {
/** What was said, as text for an agent that does not remember it */
get: { parameters: { path: { "uid": string; }; };  responses: { 200: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/internal/transcripts/{uid}/events": {
/** Add events */
post: { parameters: { path: { "uid": string; }; }; requestBody: { content: { "application/json": ({ "seq": number; "event": { "type": string; }; })[]; } }; responses: { 200: { content: { "application/json": { "lastSeq": number; }; } }; 409: { content: { "application/json": { /** What went wrong and what to do, as a sentence */
"error": string; /** Stable, upper case with underscores */
"code": string; /** Machine-readable facts, such as issues[] or phase */
"details"?: unknown; "lastSeq": number; }; } }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
"/internal/transcripts/{uid}/archive/{kind}": {
/** Keep what the session leaves behind */
put: { parameters: { path: { "uid": string; "kind": "artifacts" | "diff"; }; };  responses: { 204: { content?: never }; "4XX": { content: { "application/json": components["schemas"]["Error"]; } }; "5XX": { content: { "application/json": components["schemas"]["Error"]; } }; } };
};
}

export interface components {
schemas: {
"RunAgentInputInput": { /** What the client calls the conversation; a session has one thread, its uid */
"threadId"?: string; "runId"?: string; "parentRunId"?: string; "protocolVersion"?: string; "messages"?: ({ "id"?: string; "role": "developer" | "system" | "assistant" | "user" | "tool" | "activity" | "reasoning"; "content"?: unknown; "metadata"?: { [name: string]: unknown }; })[]; "state"?: unknown; "tools"?: (unknown)[]; "context"?: (unknown)[]; "forwardedProps"?: unknown; "resume"?: ({ "interruptId": string; "status": "resolved" | "cancelled"; "payload"?: unknown; })[]; };
"FeedbackRequestInput": { "metaType": "thumbs_up" | "thumbs_down"; "messageId": string; "comment"?: string; };
"CreateSessionInput": { /** session-<short id> when absent */
"name"?: string; "labels"?: { [name: string]: string }; "displayName"?: string; "initialPrompt"?: string; /** An id of the agent registry; chosen by the model's provider when absent */
"runnerType"?: string; "llmSettings"?: { /** A model id of models.json; the provider's default when absent */
"model"?: string; "temperature"?: number; "maxTokens"?: number; }; "permissionMode"?: "ask" | "acceptEdits" | "plan" | "bypass"; "repos"?: ({ /** https, ssh or scp-like address of the repository */
"url": string; /** Branch to check out; the remote's default branch when absent */
"branch"?: string; /** Folder name in the workspace; the last part of the URL when absent */
"name"?: string; /** Push the session's working branch when a run finishes */
"autoPush"?: boolean; })[]; "activeWorkflow"?: { "gitUrl": string; "branch"?: string; "path"?: string; }; "environmentVariables"?: { [name: string]: string }; "mcpServers"?: { "custom"?: { [name: string]: { "type": "stdio" | "http" | "sse"; "command"?: string; "args"?: (string)[]; "env"?: { [name: string]: string }; "url"?: string; "headers"?: { [name: string]: string }; } }; "disabled"?: (string)[]; }; /** Hard limit of one attempt in seconds; 0 or absent = none */
"timeout"?: number; /** Seconds without activity before the session is stopped; 0 = never; absent = the project's, else 24 h */
"inactivityTimeout"?: number; "stopOnRunFinished"?: boolean; "desiredState"?: "Running" | "Stopped"; /** The session is stopped, with stoppedReason budget, when any of these is reached */
"budget"?: { "maxCostUsd"?: number; "maxTokens"?: number; "maxTurns"?: number; }; "resources"?: { "requests"?: { [name: string]: string }; "limits"?: { [name: string]: string }; }; "workspaceSize"?: string; "ttlSecondsAfterFinished"?: number; "parentSession"?: string; /** The same fields, for those who write resources */
"spec"?: { "displayName"?: string; "initialPrompt"?: string; /** An id of the agent registry; chosen by the model's provider when absent */
"runnerType"?: string; "llmSettings"?: { /** A model id of models.json; the provider's default when absent */
"model"?: string; "temperature"?: number; "maxTokens"?: number; }; "permissionMode"?: "ask" | "acceptEdits" | "plan" | "bypass"; "repos"?: ({ /** https, ssh or scp-like address of the repository */
"url": string; /** Branch to check out; the remote's default branch when absent */
"branch"?: string; /** Folder name in the workspace; the last part of the URL when absent */
"name"?: string; /** Push the session's working branch when a run finishes */
"autoPush"?: boolean; })[]; "activeWorkflow"?: { "gitUrl": string; "branch"?: string; "path"?: string; }; "environmentVariables"?: { [name: string]: string }; "mcpServers"?: { "custom"?: { [name: string]: { "type": "stdio" | "http" | "sse"; "command"?: string; "args"?: (string)[]; "env"?: { [name: string]: string }; "url"?: string; "headers"?: { [name: string]: string }; } }; "disabled"?: (string)[]; }; /** Hard limit of one attempt in seconds; 0 or absent = none */
"timeout"?: number; /** Seconds without activity before the session is stopped; 0 = never; absent = the project's, else 24 h */
"inactivityTimeout"?: number; "stopOnRunFinished"?: boolean; "desiredState"?: "Running" | "Stopped"; /** The session is stopped, with stoppedReason budget, when any of these is reached */
"budget"?: { "maxCostUsd"?: number; "maxTokens"?: number; "maxTurns"?: number; }; "resources"?: { "requests"?: { [name: string]: string }; "limits"?: { [name: string]: string }; }; "workspaceSize"?: string; "ttlSecondsAfterFinished"?: number; "parentSession"?: string; }; };
"PatchSessionInput": { "labels"?: { [name: string]: string | null }; "displayName"?: string | null; "llmSettings"?: { "model"?: string | null; }; "repos"?: ({ /** https, ssh or scp-like address of the repository */
"url": string; /** Branch to check out; the remote's default branch when absent */
"branch"?: string; /** Folder name in the workspace; the last part of the URL when absent */
"name"?: string; /** Push the session's working branch when a run finishes */
"autoPush"?: boolean; })[] | null; "activeWorkflow"?: { "gitUrl": string; "branch"?: string; "path"?: string; } | null; "mcpServers"?: { "custom"?: { [name: string]: { "type": "stdio" | "http" | "sse"; "command"?: string; "args"?: (string)[]; "env"?: { [name: string]: string }; "url"?: string; "headers"?: { [name: string]: string }; } }; "disabled"?: (string)[]; } | null; "timeout"?: number | null; "inactivityTimeout"?: number | null; "budget"?: { "maxCostUsd"?: number; "maxTokens"?: number; "maxTurns"?: number; } | null; "spec"?: { "displayName"?: string | null; "llmSettings"?: { "model"?: string | null; }; "repos"?: ({ /** https, ssh or scp-like address of the repository */
"url": string; /** Branch to check out; the remote's default branch when absent */
"branch"?: string; /** Folder name in the workspace; the last part of the URL when absent */
"name"?: string; /** Push the session's working branch when a run finishes */
"autoPush"?: boolean; })[] | null; "activeWorkflow"?: { "gitUrl": string; "branch"?: string; "path"?: string; } | null; "mcpServers"?: { "custom"?: { [name: string]: { "type": "stdio" | "http" | "sse"; "command"?: string; "args"?: (string)[]; "env"?: { [name: string]: string }; "url"?: string; "headers"?: { [name: string]: string }; } }; "disabled"?: (string)[]; } | null; "timeout"?: number | null; "inactivityTimeout"?: number | null; "budget"?: { "maxCostUsd"?: number; "maxTokens"?: number; "maxTurns"?: number; } | null; }; };
"CloneSessionInput": { /** The same project when absent */
"project"?: string; "name"?: string; /** Carry the history over up to this event */
"fromSeq"?: number; };
"RunAccepted": { "runId": string; "threadId": string; "queued"?: boolean; };
"Feedback": { "messageId": string; "metaType": "thumbs_up" | "thumbs_down"; "comment"?: string; "userId": string; "displayName"?: string; /** RFC 3339, UTC */
"createdAt": string; };
"BackgroundTask": { "id": string; "description": string; "status": "running" | "completed" | "failed" | "stopped"; "startedAt"?: string; "endedAt"?: string; /** The tool call that started it */
"toolCallId"?: string; };
"TaskOutput": { "id": string; "output": string; /** Whether only the end of the output is here */
"truncated": boolean; };
"Model": { "id": string; "label": string; "provider": string; "isDefault": boolean; };
"RunnerType": { "id": string; "displayName": string; "description": string; "framework": string; /** Model provider that this runner type serves; null = none or any */
"provider": string | null; "auth": { "requiredSecretKeys": (string)[]; "secretKeyLogic": "any" | "all"; }; "capabilities": { "framework": string; "provider": string | null; "agentFeatures": ("agentic_chat" | "human_in_the_loop" | "thinking" | "shared_state" | "backend_tool_rendering")[]; "fileSystem": boolean; "mcp": boolean; /** The tracer in use, null when none is configured */
"tracing": "langfuse" | "langsmith" | null; "supportedTracing": "langfuse" | "langsmith" | null; "sessionPersistence": boolean; }; };
"Error": { /** What went wrong and what to do, as a sentence */
"error": string; /** Stable, upper case with underscores */
"code": string; /** Machine-readable facts, such as issues[] or phase */
"details"?: unknown; };
"FlagEvaluation": { "flag": string; "enabled": boolean; "source": "workspace-override" | "default" | "unleash"; };
"Flag": { "flag": string; "enabled": boolean; "source": "workspace-override" | "default" | "unleash"; "description": string; /** The value without the project's override */
"default": boolean; "override": boolean | null; };
"Project": { "name": string; /** The name when none was given */
"displayName": string; "description": string; "owner": string; /** Ready = usable; poll while Pending */
"status": "Pending" | "Ready" | "Failed" | "Terminating"; /** Why it is not Ready */
"message"?: string; "createdAt": string; /** The caller's role, in lists */
"role"?: "view" | "edit" | "admin"; };
"ProjectAccess": { "project": string; "userRole": "view" | "edit" | "admin"; "allowedActions": ("viewSessions" | "createSessions" | "updateSessions" | "deleteSessions" | "manageSettings" | "manageSecrets" | "manageMembers" | "manageKeys" | "manageFlags" | "updateProject" | "deleteProject")[]; };
"Permission": { "subjectType": "user" | "group"; "subjectName": string; "role": "view" | "edit" | "admin"; };
"ProjectKey": { "id": string; "name": string; "description": string; "role": "view" | "edit" | "admin"; "createdAt": string; "createdBy"?: string; "expiresAt": string; "lastUsedAt": string | null; };
"CreatedProjectKey": { "id": string; "name": string; "description": string; "role": "view" | "edit" | "admin"; "createdAt": string; "createdBy"?: string; "expiresAt": string; "lastUsedAt": string | null; /** The bearer token. Shown once, never again */
"key": string; };
"Me": { "userId": string; "displayName": string; "groups": (string)[]; };
"SearchHit": { /** The event with which the message begins */
"seq": number; "messageId": string; "role": string; /** What stands around the first place where it was found, on one line */
"snippet": string; };
"SecretKeyState": { "name": string; "set": boolean; "updatedAt": string | null; };
"Integration": { "id": "github" | "gitlab" | "jira"; "configured": boolean; "updatedAt": string | null; /** Absent when it was never tested */
"valid"?: boolean; /** When the credential was last tested */
"checkedAt"?: string; /** Whom the service says the credential belongs to */
"account"?: string; /** Why it is not valid */
"message"?: string; };
"IntegrationTest": { "id": "github" | "gitlab" | "jira"; "configured": boolean; "valid": boolean; /** When the credential was last tested */
"checkedAt": string; /** Whom the service says the credential belongs to */
"account"?: string; /** Why it is not valid */
"message"?: string; };
"Session": { "apiVersion": "pilothouse.dev/v1alpha1"; "kind": "AgenticSession"; "metadata": { "name": string; "namespace"?: string; "uid": string; "resourceVersion"?: string; "generation"?: number; "creationTimestamp"?: string; "deletionTimestamp"?: string; "labels"?: { [name: string]: string }; "annotations"?: { [name: string]: string }; "finalizers"?: (string)[]; }; "spec": { "displayName"?: string; "initialPrompt"?: string; /** An id of the agent registry; chosen by the model's provider when absent */
"runnerType"?: string; "llmSettings"?: { /** A model id of models.json; the provider's default when absent */
"model"?: string; "temperature"?: number; "maxTokens"?: number; }; "permissionMode": "ask" | "acceptEdits" | "plan" | "bypass"; "repos"?: ({ /** https, ssh or scp-like address of the repository */
"url": string; /** Branch to check out; the remote's default branch when absent */
"branch"?: string; /** Folder name in the workspace; the last part of the URL when absent */
"name"?: string; /** Push the session's working branch when a run finishes */
"autoPush": boolean; })[]; "activeWorkflow"?: { "gitUrl": string; "branch": string; "path"?: string; }; "environmentVariables"?: { [name: string]: string }; "mcpServers"?: { "custom"?: { [name: string]: { "type": "stdio" | "http" | "sse"; "command"?: string; "args"?: (string)[]; "env"?: { [name: string]: string }; "url"?: string; "headers"?: { [name: string]: string }; } }; "disabled"?: (string)[]; }; /** Hard limit of one attempt in seconds; 0 or absent = none */
"timeout"?: number; /** Seconds without activity before the session is stopped; 0 = never; absent = the project's, else 24 h */
"inactivityTimeout"?: number; "stopOnRunFinished": boolean; "desiredState": "Running" | "Stopped"; /** The session is stopped, with stoppedReason budget, when any of these is reached */
"budget"?: { "maxCostUsd"?: number; "maxTokens"?: number; "maxTurns"?: number; }; "resources"?: { "requests"?: { [name: string]: string }; "limits"?: { [name: string]: string }; }; "workspaceSize"?: string; "ttlSecondsAfterFinished"?: number; "parentSession"?: string; "userContext"?: { "userId": string; "displayName"?: string; "groups"?: (string)[]; }; }; "status"?: { "phase"?: "Pending" | "Queued" | "Creating" | "Running" | "Stopping" | "Stopped" | "Completed" | "Failed"; /** When the session entered its present phase */
"phaseTransitionTime"?: string; "conditions"?: ({ "type": string; "status": "True" | "False" | "Unknown"; "reason": string; "message": string; "lastTransitionTime": string; "observedGeneration"?: number; })[]; "attempt"?: number; "jobName"?: string; "podName"?: string; /** Base URL of the live runner; absent when none is live */
"endpoint"?: string; "startTime"?: string; "completionTime"?: string; "stoppedReason"?: "user" | "inactivity" | "timeout" | "run-finished" | "budget" | "error"; "message"?: string; "observedGeneration"?: number; /** Attempts in a row that ended by an infrastructure failure */
"retries"?: number; "nextRetryTime"?: string; /** agent.finishedRuns when the session was last started: only runs after it count for stopOnRunFinished */
"finishedRunsAtStart"?: number; "queuePosition"?: number; /** What the session had cost before that day; absent = it has run on the day of its creation alone */
"dailyCost"?: { /** UTC day, YYYY-MM-DD */
"day": string; "baseUsd": number; }; /** Sessions of the same user that name this one as their parent */
"children"?: ({ "name": string; "phase"?: "Pending" | "Queued" | "Creating" | "Running" | "Stopping" | "Stopped" | "Completed" | "Failed"; "agentStatus"?: "working" | "idle" | "waiting_input"; "result"?: { "text": string; "isError": boolean; }; })[]; /** Of a session at rest whose runner ended before the transcript store had everything: how that is made up */
"handover"?: { /** Lost: the workspace is gone, nothing can be handed over */
"state": "Running" | "Waiting" | "Lost"; "tries": number; "nextTryTime"?: string; "message"?: string; }; "agent"?: { "status": "working" | "idle" | "waiting_input"; "runId"?: string; "model"?: string; /** The framework's own conversation id */
"sessionId"?: string; /** Whether the first prompt has reached the framework */
"promptDelivered": boolean; "lastActivityTime"?: string; "lastMessage"?: string; /** What the agent calls this session; shown where no displayName is set */
"title"?: string; /** What the agent last said of how far it is */
"progress"?: { "message": string; "percent"?: number; }; "lastSeq": number; "turns": number; "toolCalls": number; "usage"?: { "inputTokens": number; "outputTokens": number; "cachedTokens": number; "costUsd": number; }; /** Which budget was reached, as a sentence */
"budgetExceeded"?: string; "lastRunOutcome"?: "success" | "error" | "interrupt" | "cancelled"; "finishedRuns": number; "result"?: { "text": string; "isError": boolean; }; }; "transcript"?: { /** The newest attempt whose runner has opened the event log */
"attempt": number; /** The store has every event of the log, and the archives are in */
"complete": boolean; }; "reconciledRepos"?: ({ "name": string; "url": string; "branch"?: string; "status": "Cloning" | "Ready" | "Failed"; "message"?: string; })[]; "reconciledWorkflow"?: { "gitUrl": string; "branch"?: string; "path"?: string; "status": "Cloning" | "Ready" | "Failed"; "message"?: string; "name"?: string; }; }; };
"SessionEvent": { /** Normal or Warning */
"type": string; "reason": string; "message": string; "timestamp": string | null; "count": number; /** Which object it is about: AgenticSession, Job, Pod */
"source"?: string; };
"ProjectSettings": { "groupAccess"?: ({ "groupName": string; "role": "view" | "edit" | "admin"; })[]; "inactivityTimeoutSeconds"?: number; "limits"?: { "maxRunningSessions"?: number; "maxCostUsdPerDay"?: number; }; "repositories"?: ({ /** https, ssh or scp-like address of the repository */
"url": string; /** Branch to check out; the remote's default branch when absent */
"branch"?: string; /** Folder name in the workspace; the last part of the URL when absent */
"name"?: string; /** Push the session's working branch when a run finishes */
"autoPush": boolean; })[]; };
};
}
