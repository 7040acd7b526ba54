// The services that a project can hold credentials for: which keys they need, and how each is asked who one is.
import { z } from "zod";

/** Values of the project's integration secret, by key. */
export type Credentials = Readonly<Record<string, string>>;

export interface Service {
  readonly id: string;
  /** As a person calls it. */
  readonly label: string;
  /** Keys without which it cannot be used. */
  readonly requiredKeys: readonly string[];
  /** Further keys that a check depends on. */
  readonly optionalKeys: readonly string[];
  /** The question, which changes nothing: who does this credential belong to? */
  readonly question: (credentials: Credentials) => { readonly url: string; readonly headers: Record<string, string> };
  /** The answer's account; undefined when it is not an answer of this service. */
  readonly accountOf: (answer: unknown) => string | undefined;
}

const GithubUser = z.object({ login: z.string().min(1) });
const GitlabUser = z.object({ username: z.string().min(1) });
const JiraUser = z.object({ displayName: z.string().optional(), emailAddress: z.string().optional() });

export function services(githubApiUrl: string): readonly Service[] {
  return [
    {
      id: "github",
      label: "GitHub",
      requiredKeys: ["GITHUB_TOKEN"],
      optionalKeys: [],
      question: (credentials) => ({
        url: `${githubApiUrl}/user`,
        headers: { ...bearer(credentials["GITHUB_TOKEN"]), accept: "application/vnd.github+json" },
      }),
      accountOf: (answer) => GithubUser.safeParse(answer).data?.login,
    },
    {
      id: "gitlab",
      label: "GitLab",
      requiredKeys: ["GITLAB_TOKEN"],
      optionalKeys: ["GITLAB_INSTANCE_URL"],
      question: (credentials) => ({
        url: `${base(credentials["GITLAB_INSTANCE_URL"] ?? "https://gitlab.com")}/api/v4/user`,
        headers: { "private-token": credentials["GITLAB_TOKEN"] ?? "", accept: "application/json" },
      }),
      accountOf: (answer) => GitlabUser.safeParse(answer).data?.username,
    },
    {
      id: "jira",
      label: "Jira",
      requiredKeys: ["JIRA_URL", "JIRA_API_TOKEN"],
      optionalKeys: ["JIRA_EMAIL"],
      question: (credentials) => ({
        url: `${base(credentials["JIRA_URL"] ?? "")}/rest/api/3/myself`,
        headers: { ...jiraAuthorization(credentials), accept: "application/json" },
      }),
      accountOf: (answer) => {
        const { displayName, emailAddress } = JiraUser.safeParse(answer).data ?? {};
        return displayName ?? emailAddress;
      },
    },
  ];
}

function bearer(token = ""): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** Jira Cloud takes an e-mail address and an API token, Jira Data Center a personal access token alone. */
function jiraAuthorization(credentials: Credentials): Record<string, string> {
  const { JIRA_EMAIL: email, JIRA_API_TOKEN: token = "" } = credentials;
  if (email === undefined) return bearer(token);
  return { authorization: `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}` };
}

function base(address: string): string {
  return address.replace(/\/+$/, "");
}
