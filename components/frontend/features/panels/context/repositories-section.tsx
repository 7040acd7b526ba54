"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { FolderGit2, GitBranch, Plus, X } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import * as texts from "@/lib/texts";
import { PanelSection } from "../panel-section";
import { RepositoryForm } from "./repository-form";
import { changedRepositories, repositoryViews, type RepositoryView } from "./repository-model";
import { useSessionChange } from "./use-session-change";

const words = texts.panels;
const tones = { Cloning: "accent", Ready: "ok", Failed: "bad" } as const;

interface RepositoriesSectionProps {
  project: string;
  session: AgenticSession;
  canChange: boolean;
}

export function RepositoriesSection({ project, session, canChange }: RepositoriesSectionProps) {
  const change = useSessionChange(project, session);
  /** The folder whose form is open; an empty one adds a repository. */
  const [open, setOpen] = useState<string>();
  const [removing, setRemoving] = useState<string>();
  const views = repositoryViews(session);
  const repos = session.spec.repos ?? [];
  const save = (folder: string | undefined, next: { url: string; branch: string } | undefined) => {
    const list = changedRepositories(repos, folder, next);
    change.mutate(
      { repos: list.length === 0 ? null : list },
      { onSuccess: () => (setOpen(undefined), setRemoving(undefined)) },
    );
  };
  return (
    <PanelSection
      title={words.repositories}
      action={
        canChange && open !== "" ? (
          <Button size="sm" variant="ghost" onClick={() => setOpen("")}>
            <Plus aria-hidden className="size-3.5" />
            {words.addRepository}
          </Button>
        ) : null
      }
    >
      {views.length === 0 && open === undefined ? <p className="text-sm text-ink-2">{words.noRepositories}</p> : null}
      <ul className="grid gap-2">
        {views.map((view) => (
          <li key={view.name} className="rounded-xl border border-line bg-card px-3 py-2">
            <RepositoryRow
              view={view}
              canChange={canChange && view.wish !== undefined}
              onEdit={() => setOpen(view.name)}
              onRemove={() => setRemoving(view.name)}
            />
            {open === view.name ? (
              <RepositoryForm
                url={view.url}
                branch={view.wish?.branch ?? ""}
                isSaving={change.isPending}
                onSave={(next) => save(view.name, next)}
                onCancel={() => setOpen(undefined)}
              />
            ) : null}
          </li>
        ))}
        {open === "" ? (
          <li className="rounded-xl border border-line bg-card px-3 pb-3">
            <RepositoryForm
              isSaving={change.isPending}
              onSave={(next) => save(undefined, next)}
              onCancel={() => setOpen(undefined)}
            />
          </li>
        ) : null}
      </ul>
      <Confirm
        open={removing !== undefined}
        onOpenChange={(isOpen) => (isOpen ? undefined : setRemoving(undefined))}
        title={words.removeRepositoryTitle(removing ?? "")}
        description={words.removeRepositoryLead}
        action={texts.common.remove}
        pending={change.isPending}
        onConfirm={() => save(removing, undefined)}
      />
    </PanelSection>
  );
}

interface RepositoryRowProps {
  view: RepositoryView;
  canChange: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

function RepositoryRow({ view, canChange, onEdit, onRemove }: RepositoryRowProps) {
  return (
    <>
      <div className="flex items-center gap-2">
        <FolderGit2 aria-hidden className="size-4 shrink-0 text-ink-3" />
        <span className="min-w-0 truncate font-medium">{view.name}</span>
        {view.status === undefined ? null : (
          <Badge tone={tones[view.status]}>{words.repositoryStates[view.status]}</Badge>
        )}
        <span className="flex-1" />
        {canChange ? (
          <>
            <Button variant="ghost" size="icon-sm" aria-label={words.branchOf(view.name)} onClick={onEdit}>
              <GitBranch aria-hidden className="size-3.5" />
            </Button>
            <Button variant="ghost" size="icon-sm" aria-label={words.removeRepository(view.name)} onClick={onRemove}>
              <X aria-hidden className="size-4" />
            </Button>
          </>
        ) : null}
      </div>
      <p className="mt-0.5 font-mono text-xs break-all text-ink-2">
        {view.url}
        {view.branch === undefined ? "" : ` · ${view.branch}`}
      </p>
      {view.message === undefined || view.message === "" ? null : (
        <p className={view.status === "Failed" ? "mt-1 text-sm break-words text-bad" : "mt-1 text-sm text-ink-2"}>
          {view.message}
        </p>
      )}
    </>
  );
}
