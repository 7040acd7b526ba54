"use client";
import { FolderGit2, X } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import * as texts from "@/lib/texts";
import { useSessions } from "../sessions/use-sessions";
import { type RepositoryDraft, repositoryProblem } from "./session-form";
import { rememberedRepositories } from "./workflow";

interface RepositoryFieldsProps {
  project: string;
  repositories: readonly RepositoryDraft[];
  onChange: (repositories: readonly RepositoryDraft[]) => void;
}

const field = "min-w-0 bg-transparent py-1.5 font-mono text-sm placeholder:font-sans focus:outline-none";

export function RepositoryFields({ project, repositories, onChange }: RepositoryFieldsProps) {
  const change = (id: string, changes: Partial<RepositoryDraft>) =>
    onChange(repositories.map((repository) => (repository.id === id ? { ...repository, ...changes } : repository)));
  const remembered = rememberedRepositories(useSessions(project) ?? []);
  const listId = useId();
  const rows = repositories.map((repository) => {
    const problem = repositoryProblem(repository);
    const noteId = `repository-${repository.id}`;
    return (
      <div key={repository.id} role="group" aria-label={texts.create.addRepository}>
        <div className="flex flex-wrap items-center gap-x-2.5 rounded-xl sm:flex-nowrap border border-line-2 bg-card px-3 focus-within:border-accent has-aria-invalid:border-bad">
          <FolderGit2 aria-hidden className="size-4 shrink-0 text-ink-3" />
          <input
            aria-label={texts.create.repositoryUrl}
            list={listId}
            placeholder="https://github.com/org/repo.git"
            value={repository.url}
            autoFocus={repository.url === "" && !repository.id.startsWith("address")}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => change(repository.id, { url: event.target.value })}
            className={`${field} basis-[calc(100%-56px)] sm:basis-0 flex-1`}
            {...(problem === undefined ? {} : { "aria-invalid": true, "aria-describedby": noteId })}
          />
          <input
            aria-label={texts.create.branch}
            placeholder={texts.create.branchPlaceholder}
            value={repository.branch}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => change(repository.id, { branch: event.target.value })}
            className={`${field} ml-6.5 flex-1 border-line sm:ml-0 sm:w-32 sm:flex-none sm:border-l sm:pl-3`}
          />
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={texts.create.removeRepository(repository.url)}
            onClick={() => onChange(repositories.filter((item) => item.id !== repository.id))}
          >
            <X aria-hidden className="size-3.5" />
          </Button>
        </div>
        {problem === undefined ? null : (
          <p id={noteId} role="alert" className="mt-1 px-3 text-xs text-bad">
            {problem}
          </p>
        )}
      </div>
    );
  });
  return (
    <>
      {rows}
      {rows.length === 0 ? null : (
        <datalist id={listId}>
          {remembered.map((url) => (
            <option key={url} value={url} />
          ))}
        </datalist>
      )}
    </>
  );
}
