/** What an agent that asks for a session of its own wishes for, read from its question. */
import type { CreateSessionRequest } from "@pilothouse/contracts";
import { isRecord, listOf, recordOf, textOf } from "../thread/fields.ts";

export interface ChildSessionWish {
  readonly prompt: string;
  readonly displayName: string | undefined;
  readonly repos: readonly { readonly url: string; readonly branch: string | undefined }[];
  readonly model: string | undefined;
}

/** Undefined when there is nothing that a session could be made of. */
export function wishOf(metadata: Readonly<Record<string, unknown>>): ChildSessionWish | undefined {
  const session = recordOf(metadata["session"]);
  const prompt = textOf(session["prompt"]);
  if (prompt === undefined || prompt === "") return undefined;
  const repos = listOf(session["repos"]).flatMap((repo) => {
    const url = isRecord(repo) ? textOf(repo["url"]) : undefined;
    return url === undefined ? [] : [{ url, branch: textOf(recordOf(repo)["branch"]) }];
  });
  return { prompt, displayName: textOf(session["displayName"]), repos, model: textOf(session["model"]) };
}

export function childSessionRequest(wish: ChildSessionWish, parentSession: string): CreateSessionRequest {
  return {
    initialPrompt: wish.prompt,
    parentSession,
    ...(wish.displayName === undefined ? {} : { displayName: wish.displayName }),
    ...(wish.model === undefined ? {} : { llmSettings: { model: wish.model } }),
    ...(wish.repos.length === 0
      ? {}
      : {
          repos: wish.repos.map(({ url, branch }) => ({
            url,
            autoPush: false,
            ...(branch === undefined ? {} : { branch }),
          })),
        }),
  };
}
