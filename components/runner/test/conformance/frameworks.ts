/** The frameworks under test, and what each of them cannot do, with the reason. What is not listed here must pass. */
import { CLAUDE, GEMINI, LANGGRAPH, type Dialect } from "./dialects.ts";

export const SCENARIOS = [
  "works with a tool and says what it did",
  "streams long text with characters of every width",
  "runs parallel tools, one of which fails",
  "edits a file and shows the edit",
  "thinks aloud",
  "counts what a run used",
  "asks a question and goes on with the answer",
  "takes words in place of an answer",
  "abandons a question when it is interrupted",
  "takes an answer after a restart",
  "asks before a tool: deny, allow once, always, edited input",
  "remembers after a restart what was allowed for good",
  "tells of a subagent",
  "tells of subagents of subagents",
  "tells of background work in a run of its own",
  "is interrupted in the middle of its words",
  "is interrupted while the model is silent",
  "is interrupted while a tool runs",
  "ends a run with the model's error, and goes on",
  "survives a stream that breaks",
  "changes the model while it lives",
  "uses tool servers of each kind, and is not held up by those that crash or hang",
  "stays at hand while a tool of a server hangs",
  "goes on when a tool server ends at work, and starts it again",
  "shares a state",
  "names its session, and hands over a file",
  "keeps a second run waiting until the first has ended",
  "goes on after kill -9 without repeating the first prompt",
  "remembers the conversation after kill -9",
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface Framework {
  readonly runnerType: string;
  readonly model: string;
  readonly otherModel: string;
  readonly dialect: Dialect;
  /** The code of each of a provider's errors. */
  readonly errors: Readonly<Record<number, string>>;
  readonly impossible: Readonly<Partial<Record<Scenario, string>>>;
}

const ERRORS = {
  400: "MODEL_REQUEST_INVALID",
  401: "MODEL_AUTHENTICATION_FAILED",
  404: "MODEL_NOT_FOUND",
  429: "MODEL_RATE_LIMITED",
  500: "MODEL_ERROR",
  529: "MODEL_OVERLOADED",
} as const;

const NO_PERSON = "Gemini CLI's core cannot wait for a person between two runs: it decides by its permission mode";

const NO_SERVERS = "the framework has no tool servers here (capability mcp is false)";

export const FRAMEWORKS = {
  claude: {
    runnerType: "claude-agent-sdk",
    model: "claude-sonnet-5-5",
    otherModel: "claude-opus-5-5",
    dialect: CLAUDE,
    errors: ERRORS,
    impossible: {},
  },
  gemini: {
    runnerType: "gemini-cli",
    model: "gemini-2.5-pro",
    otherModel: "gemini-2.5-flash",
    dialect: GEMINI,
    errors: ERRORS,
    impossible: {
      "asks a question and goes on with the answer": NO_PERSON,
      "takes words in place of an answer": NO_PERSON,
      "abandons a question when it is interrupted": NO_PERSON,
      "takes an answer after a restart": NO_PERSON,
      "asks before a tool: deny, allow once, always, edited input": NO_PERSON,
      "remembers after a restart what was allowed for good": NO_PERSON,
      "tells of a subagent": "its subagents are those of a repository, which a session does not start",
      "tells of subagents of subagents": "its subagents are those of a repository, which a session does not start",
      "tells of background work in a run of its own": "its core ends a turn only when all its work is done",
      "shares a state": "the capability is not declared for this framework",
      "remembers the conversation after kill -9":
        "it keeps no conversations on the volume; the transcript says so after a restart",
    },
  },
  langgraph: {
    runnerType: "langgraph",
    model: "claude-sonnet-5-5",
    otherModel: "gemini-2.5-flash",
    dialect: LANGGRAPH,
    errors: ERRORS,
    impossible: {
      "thinks aloud": "the agent asks models for no reasoning; what one gives of itself is shown",
      "tells of a subagent": "the agent is one graph without agents of its own",
      "tells of subagents of subagents": "as above; graphs inside a graph on a server are in langgraph.slow.test.ts",
      "tells of background work in a run of its own": "a graph ends when its work is done",
      "uses tool servers of each kind, and is not held up by those that crash or hang": NO_SERVERS,
      "stays at hand while a tool of a server hangs": NO_SERVERS,
      "goes on when a tool server ends at work, and starts it again": NO_SERVERS,
    },
  },
} as const satisfies Record<string, Framework>;
