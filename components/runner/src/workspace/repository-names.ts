/** What the folders of a session's repositories are called. Pure. */
import type { Repository } from "@pilothouse/contracts/resources/agentic-session";

type Named = Pick<Repository, "name" | "url">;

/** The folder of a repository: its name, or the last part of its address. */
function repositoryName(repository: Named): string {
  if (repository.name !== undefined) return repository.name;
  const last = repository.url.replace(/[/]+$/, "").split(/[/:]/).at(-1) ?? "";
  const name = last.replace(/\.git$/, "").replaceAll(/[^A-Za-z0-9_.-]/g, "-");
  return /^[A-Za-z0-9_]/.test(name) ? name : `repo-${name}`;
}

/** Names made unique in order, as two addresses may end in the same word. */
export function repositoryNames(repositories: readonly Named[]): string[] {
  const taken = new Set(repositories.flatMap((repository) => repository.name ?? []));
  return repositories.map((repository) => {
    if (repository.name !== undefined) return repository.name;
    const base = repositoryName(repository);
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
    taken.add(name);
    return name;
  });
}
