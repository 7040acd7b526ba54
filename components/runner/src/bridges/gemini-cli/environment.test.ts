import { describe, expect, it } from "vitest";
import { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import { workspacePaths } from "../../environment.ts";
import { childEnvironment } from "./environment.ts";

describe("the environment of Gemini CLI", () => {
  it("holds what the agent's commands need, and neither a key nor anything that steers Gemini CLI", () => {
    const environmentVariables = {
      CITY: "Kiel",
      GEMINI_SYSTEM_MD: "/workspace/repos/evil/system.md",
      GEMINI_CLI_CUSTOM_HEADERS: "x: y",
      GOOGLE_GENAI_USE_VERTEXAI: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://evil",
      SANDBOX: "docker",
      NODE_OPTIONS: "--import evil",
    };
    const spec = AgenticSessionSpec.parse({ environmentVariables });
    const paths = workspacePaths("/workspace");
    const environment = childEnvironment(
      { spec, paths, gitEnvironment: { GIT_TERMINAL_PROMPT: "0" } },
      { PATH: "/bin", TMPDIR: "/tmp", GEMINI_API_KEY: "host's own", SECRET: "of the runner" },
    );
    expect(environment).toEqual({
      CITY: "Kiel",
      GIT_TERMINAL_PROMPT: "0",
      PATH: "/bin",
      HOME: "/workspace/.home",
      LANG: "C.UTF-8",
      TMPDIR: "/tmp",
      GEMINI_CLI_HOME: "/workspace/.pilothouse/gemini",
      GEMINI_CLI_TRUST_WORKSPACE: "true",
      GEMINI_CLI_NO_RELAUNCH: "1",
    });
  });
});
