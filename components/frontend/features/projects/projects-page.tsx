"use client";
import { Plus, Search } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { Input } from "@/components/ui/field";
import { useProjects } from "@/lib/api/queries";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { PageBody, PageHeader } from "../shell/page-header";
import { CreateProjectDialog } from "./create-project-dialog";
import { FirstProject } from "./first-project";
import { ProjectCard } from "./project-card";
import { useFoundProjects } from "./use-found-projects";

const SEARCH_FROM = 6;

export function ProjectsPage() {
  const { data, error, refetch } = useProjects();
  const [search, setSearch] = useState("");
  const [isCreating, setCreating] = useState(false);
  const projects = data?.items ?? [];
  const { shown, total } = useFoundProjects(data, search.trim());
  return (
    <PageBody>
      <PageHeader
        title={texts.projects.title}
        lead={texts.projects.lead}
        actions={
          projects.length === 0 ? null : (
            <Button variant="primary" onClick={() => setCreating(true)}>
              <Plus aria-hidden className="size-4" />
              {texts.projects.create}
            </Button>
          )
        }
      />
      {error === null ? null : (
        <Notice
          title={texts.common.loadFailed(texts.projects.title)}
          action={
            <Button size="sm" onClick={() => void refetch()}>
              {texts.common.retry}
            </Button>
          }
        >
          {messageOf(error)}
        </Notice>
      )}
      {data === undefined && error === null ? <LoadingCards /> : null}
      {data !== undefined && projects.length === 0 ? <FirstProject onCreate={() => setCreating(true)} /> : null}
      {projects.length < SEARCH_FROM ? null : (
        <label className="relative block max-w-sm">
          <span className="sr-only">{texts.projects.search}</span>
          <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-ink-3" />
          <Input
            type="search"
            value={search}
            maxLength={200}
            placeholder={texts.projects.search}
            className="pl-9"
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
      )}
      {total > shown.length && shown.length > 0 ? (
        <p className="text-sm text-ink-2">{texts.projects.partOf(shown.length, total)}</p>
      ) : null}
      {projects.length > 0 && shown.length === 0 ? (
        <p className="text-ink-2">{texts.projects.noMatch(search)}</p>
      ) : null}
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {shown.map((project) => (
          <li key={project.name}>
            <ProjectCard project={project} />
          </li>
        ))}
      </ul>
      <CreateProjectDialog
        open={isCreating}
        onOpenChange={setCreating}
        taken={projects.map((project) => project.name)}
      />
    </PageBody>
  );
}

function LoadingCards() {
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3" aria-label={texts.common.loading}>
      <Skeleton className="h-28" />
      <Skeleton className="h-28" />
      <Skeleton className="h-28" />
    </div>
  );
}
