import {
  BRIDGE_CAPABILITIES,
  CreateSessionRequest,
  type ModelOption,
  type RunnerTypeOption,
} from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import {
  effectiveRunner,
  formFromAddress,
  missingKeys,
  modelsFor,
  isFormInvalid,
  parseForm,
  parseLabels,
  repositoryProblem,
  requestOf,
  usesMore,
} from "./session-form.ts";

const runner = (
  id: keyof typeof BRIDGE_CAPABILITIES,
  provider: string | null,
  requiredSecretKeys: string[],
  secretKeyLogic: "any" | "all" = "any",
): RunnerTypeOption => ({
  id,
  displayName: id,
  description: "",
  framework: id,
  provider,
  auth: { requiredSecretKeys, secretKeyLogic },
  capabilities: BRIDGE_CAPABILITIES[id],
});
const claude = runner("claude-agent-sdk", "anthropic", ["ANTHROPIC_API_KEY"]);
const gemini = runner("gemini-cli", "google", ["GEMINI_API_KEY", "GOOGLE_API_KEY"]);
const replay = runner("replay", null, []);
const runners = [replay, claude, gemini];
const models: ModelOption[] = [
  { id: "opus", label: "Opus", provider: "anthropic", isDefault: false },
  { id: "sonnet", label: "Sonnet", provider: "anthropic", isDefault: true },
  { id: "flash", label: "Flash", provider: "google", isDefault: true },
];
const empty = formFromAddress(new URLSearchParams());

describe("a new session", () => {
  it("takes the runner of its model, and the default model's when none is chosen", () => {
    expect(effectiveRunner(empty, runners, models, "sonnet")?.id).toBe("claude-agent-sdk");
    expect(effectiveRunner({ ...empty, model: "flash" }, runners, models, "sonnet")?.id).toBe("gemini-cli");
    expect(effectiveRunner({ ...empty, runner: "replay" }, runners, models, "sonnet")?.id).toBe("replay");
    expect(effectiveRunner(empty, runners, [], null)?.id).toBe("replay");
  });

  it("offers the models of its runner, the default first", () => {
    expect(modelsFor(claude, models).map((model) => model.id)).toEqual(["sonnet", "opus"]);
    expect(modelsFor(replay, models)).toEqual([]);
  });

  it("names the keys that are missing", () => {
    expect(missingKeys(claude, new Set())).toEqual(["ANTHROPIC_API_KEY"]);
    expect(missingKeys(gemini, new Set(["GOOGLE_API_KEY"]))).toEqual([]);
    expect(
      missingKeys({ ...gemini, auth: { ...gemini.auth, secretKeyLogic: "all" } }, new Set(["GOOGLE_API_KEY"])),
    ).toEqual(["GEMINI_API_KEY"]);
    expect(missingKeys(replay, new Set())).toEqual([]);
  });

  it.each([
    ["https://github.com/org/repo.git", "", undefined],
    ["git@github.com:org/repo.git", "main", undefined],
    ["", "", undefined],
    ["https://token@github.com/org/repo", "", /Integrations/],
    ["ext::sh -c x", "", /https, ssh/],
    ["https://github.com/org/repo", "--upload-pack=x", /branch/],
  ])("checks %s %s", (url, branch, problem) => {
    expect(repositoryProblem({ url, branch }) ?? "fine").toMatch(problem ?? /^fine$/);
  });

  it("starts from an address", () => {
    const form = formFromAddress(new URLSearchParams("repo=https://a/b&repo=https://c/d&branch=dev&model=opus&name=N"));
    expect(form).toMatchObject({
      model: "opus",
      displayName: "N",
      repositories: [
        { url: "https://a/b", branch: "dev" },
        { url: "https://c/d", branch: "" },
      ],
    });
  });

  it("becomes a request that the backend's schema accepts, with nothing that was not filled in", () => {
    expect(requestOf(empty, " Do it ", claude, models)).toEqual({
      runnerType: "claude-agent-sdk",
      initialPrompt: "Do it",
    });
    const full = requestOf(
      {
        ...empty,
        model: "opus",
        repositories: [
          { id: "1", url: "https://a.example/b", branch: "dev" },
          { id: "2", url: " ", branch: "" },
        ],
        maxCostUsd: "2.5",
        timeoutMinutes: "30",
        stopOnRunFinished: true,
        permissionMode: "ask",
        displayName: "N",
      },
      "Do",
      claude,
      models,
    );
    expect(CreateSessionRequest.safeParse(full).error).toBeUndefined();
    expect(full).toEqual({
      runnerType: "claude-agent-sdk",
      initialPrompt: "Do",
      llmSettings: { model: "opus" },
      repos: [{ url: "https://a.example/b", branch: "dev" }],
      displayName: "N",
      budget: { maxCostUsd: 2.5 },
      timeout: 1800,
      stopOnRunFinished: true,
      permissionMode: "ask",
    });
  });

  it("does not send a model of another runner", () => {
    expect(requestOf({ ...empty, model: "flash" }, "Do", claude, models).llmSettings).toBeUndefined();
  });

  it("takes everything from an address, and leaves nothing unseen", () => {
    const form = formFromAddress(
      new URLSearchParams(
        "workflow=https://a.test/w&workflowPath=triage&permissions=plan&budget=5&timeout=30&inactivity=0&label=team%3Dblue&label=x&stop=1",
      ),
    );
    expect(usesMore(form)).toBe(true);
    const request = requestOf(form, "Do", claude, models);
    expect(CreateSessionRequest.safeParse(request).error).toBeUndefined();
    expect(request).toMatchObject({
      activeWorkflow: { gitUrl: "https://a.test/w", branch: "main", path: "triage" },
      permissionMode: "plan",
      budget: { maxCostUsd: 5 },
      timeout: 1800,
      inactivityTimeout: 0,
      labels: { team: "blue", x: "" },
      stopOnRunFinished: true,
    });
    expect(usesMore(empty)).toBe(false);
  });

  it("chooses among tool servers, where the agent has any", () => {
    const servers = { docs: { type: "http", url: "https://docs.test/mcp" } } as const;
    const form = {
      ...empty,
      disabledServers: ["linear"],
      servers,
      workflow: { gitUrl: "https://a/b", branch: "", path: "" },
    };
    expect(requestOf(form, "Do", claude, models).mcpServers).toEqual({ custom: servers, disabled: ["linear"] });
    const plain = requestOf(form, "Do", replay, models);
    expect(plain.mcpServers).toBeUndefined();
    expect(plain.activeWorkflow).toBeUndefined();
  });

  it("is kept as text, and read again only when it is a form", () => {
    const form = { ...empty, labels: "a=b", repositories: [{ id: "1", url: "https://a/b", branch: "" }] };
    expect(parseForm(JSON.stringify(form))).toEqual(JSON.parse(JSON.stringify(form)));
    for (const text of ["", "{", "[]", '{"repositories":1}']) expect(parseForm(text)).toBeUndefined();
  });

  it("says what cannot be sent", () => {
    expect(isFormInvalid(empty)).toBe(false);
    expect(isFormInvalid({ ...empty, labels: "kubernetes.io/x=y" })).toBe(true);
    expect(isFormInvalid({ ...empty, maxCostUsd: "-1" })).toBe(true);
    expect(isFormInvalid({ ...empty, workflow: { gitUrl: "x", branch: "", path: "" } })).toBe(true);
    expect(parseLabels(" team = blue ,, x")).toEqual({ team: "blue", x: "" });
  });
});
