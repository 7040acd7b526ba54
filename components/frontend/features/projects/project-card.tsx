"use client";
import type { ProjectSummary } from "@pilothouse/contracts";
import { Link } from "@/components/ui/link";
import { Badge } from "@/components/ui/badge";
import { Spinner } from "@/components/ui/spinner";
import { Time } from "@/components/ui/time";
import { pages } from "@/lib/api/paths";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";

export function ProjectCard({ project }: { project: ProjectSummary }) {
  const isReady = project.status === "Ready";
  const body = (
    <>
      <div className="flex items-start gap-2">
        <h2 className="min-w-0 flex-1 truncate font-semibold">{project.displayName}</h2>
        {project.role === undefined ? null : <span className="text-xs text-ink-3">{project.role}</span>}
      </div>
      <p className="mt-0.5 line-clamp-2 min-h-10 text-sm text-ink-2">{project.description}</p>
      <div className="mt-2 flex items-center gap-2 text-xs text-ink-3">
        <span className="truncate font-mono">{project.name}</span>
        <span className="ml-auto" />
        <ProjectStatus project={project} />
        <Time at={project.createdAt} />
      </div>
    </>
  );
  const style = "block h-full rounded-2xl border border-line bg-card p-4";
  return isReady ? (
    <Link
      href={pages.sessions(project.name)}
      className={cn(style, "transition-shadow duration-100 hover:border-line-2 hover:shadow-lift")}
    >
      {body}
    </Link>
  ) : (
    <div className={style}>{body}</div>
  );
}

function ProjectStatus({ project }: { project: ProjectSummary }) {
  switch (project.status) {
    case "Ready":
      return null;
    case "Pending":
      return (
        <Badge>
          <Spinner className="size-3" />
          {texts.projects.pending}
        </Badge>
      );
    case "Terminating":
      return <Badge>{texts.projects.terminating}</Badge>;
    case "Failed":
      return (
        <span title={project.message}>
          <Badge tone="bad">{texts.projects.failed}</Badge>
        </span>
      );
  }
}
