/** The tools that the platform gives to every agent, in a form that each framework's bridge can offer as its own. */
import type { Event } from "@pilothouse/agui";
import { RepositoryUrl, BranchName } from "@pilothouse/contracts/resources/agentic-session";
import { z } from "zod";
import type { SharedState } from "../state/shared-state.ts";
import type { PlatformActions } from "./actions.ts";

/** Asks the user for a session, so a bridge must turn it into an interrupt: see `child-session.ts`. */
export const START_SESSION_TOOL = "start_session";

export interface PlatformTool {
  readonly name: string;
  readonly description: string;
  readonly shape: z.ZodRawShape;
  /** Resolves with what the model reads. Rejects with a message that it can act on. */
  run(this: void, input: unknown): Promise<string>;
}

export interface PlatformToolsOptions {
  readonly actions: PlatformActions;
  readonly state: SharedState;
  /** Relative paths are meant from here. */
  readonly workingDirectory: () => string;
  readonly tell: (event: Event) => Promise<void>;
}

function define<Shape extends z.ZodRawShape>(
  name: string,
  description: string,
  shape: Shape,
  run: (input: z.output<z.ZodObject<Shape>>) => Promise<string>,
): PlatformTool {
  const schema = z.object(shape);
  return { name, description, shape, run: async (input) => run(schema.parse(input)) };
}

/** What the agent wishes for; the user creates it, with the user's own rights. */
export const ChildSessionWish = z.object({
  prompt: z
    .string()
    .min(1)
    .max(100_000)
    .describe("What the new session's agent is to do; it knows nothing of this one"),
  displayName: z.string().min(1).max(50).optional().describe("What the session is called in lists"),
  repos: z
    .array(z.object({ url: RepositoryUrl, branch: BranchName.optional() }))
    .max(10)
    .optional()
    .describe("Repositories that it works on"),
  model: z.string().min(1).max(200).optional().describe("A model's id; the project's default when absent"),
});

const WATCH_LIMIT = 300;

export function platformTools({ actions, state, workingDirectory, tell }: PlatformToolsOptions): PlatformTool[] {
  return [
    define(
      "get_shared_state",
      "Reads the JSON document that this session shares with the user's application.",
      {},
      async () => JSON.stringify(state.current),
    ),
    define(
      "update_shared_state",
      "Changes one place of the JSON document that this session shares with the user's application, which sees it at once.",
      {
        path: z.string().describe("JSON pointer, such as /plan/title"),
        value: z.unknown().optional().describe("The new value; without it, what is there is removed"),
      },
      async ({ path, value }) => {
        await tell(state.change(path, value));
        return "Done.";
      },
    ),
    define(
      "rename_session",
      "Gives this session a short title that says what it is about, for the user's list of sessions.",
      { title: z.string().trim().min(1).max(50) },
      async ({ title }) => {
        actions.rename(title);
        return "Done.";
      },
    ),
    define(
      "report_progress",
      "Tells the people who watch this session how far the work is, in a short line. Use it during long work.",
      {
        message: z.string().trim().min(1).max(200),
        percent: z.number().min(0).max(100).optional(),
      },
      async ({ message, percent }) => {
        actions.reportProgress({ message, ...(percent === undefined ? {} : { percent: Math.round(percent) }) });
        return "Done.";
      },
    ),
    define(
      "share_artifact",
      "Hands a file to the user, who can download it, also after the session has ended. A file that is not among the artifacts yet is copied there.",
      {
        path: z.string().min(1).max(4096).describe("The file; relative to the working directory, or absolute"),
        title: z.string().max(200).optional(),
        description: z.string().max(2000).optional(),
      },
      async (artifact) => `The user can now open ${await actions.shareArtifact(artifact, workingDirectory())}.`,
    ),
    define(
      START_SESSION_TOOL,
      "Asks the user to start another session, whose agent works on its own and in parallel. The user may decline. Look after it with watch_session.",
      // The platform fills in the name when the user has created the session.
      { ...ChildSessionWish.shape, sessionName: z.string().optional().describe("Leave out") },
      async ({ sessionName }) => {
        if (sessionName === undefined) throw new Error("The user has not created the session.");
        return `The user has started session ${sessionName}. Call watch_session with this name to see how it goes.`;
      },
    ),
    define(
      "watch_session",
      "Tells how a session that was started for this one goes: its phase, what its agent does, and its result. Waits for a change when asked to.",
      {
        name: z.string().min(1).max(253),
        wait_seconds: z.number().min(0).max(WATCH_LIMIT).optional().describe("Longest time to wait for a change"),
      },
      async ({ name, wait_seconds: seconds = 0 }) => {
        const child = await actions.watchSession(name, seconds);
        if (child === undefined)
          throw new Error(`There is no session ${name} that was started for this one, or it is not listed yet.`);
        return JSON.stringify(child);
      },
    ),
  ];
}
