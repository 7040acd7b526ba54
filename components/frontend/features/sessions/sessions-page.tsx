"use client";
import { List, Plus, Search } from "lucide-react";
import { Link } from "@/components/ui/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Empty, Skeleton } from "@/components/ui/feedback";
import { Input } from "@/components/ui/field";
import { pages } from "@/lib/api/paths";
import { useAllowed } from "@/lib/api/queries";
import { cn } from "@/lib/class-names";
import { texts } from "@/lib/texts";
import { PageBody, PageHeader } from "../shell/page-header";
import { BulkActions } from "./bulk-actions";
import { filterSessions, readFilter, SHOWN_FILTERS, type SessionFilter, writeFilter } from "./filter-sessions";
import { SessionRow } from "./session-row";
import { useSessions } from "./use-sessions";

const labels = {
  all: texts.sessions.filterAll,
  "needs-you": texts.sessions.filterNeeds,
  running: texts.sessions.filterRunning,
  ended: texts.sessions.filterEnded,
};

export function SessionsPage({ project }: { project: string }) {
  const sessions = useSessions(project);
  const canCreate = useAllowed(project, "createSessions");
  const router = useRouter();
  const path = usePathname();
  const filter = readFilter(useSearchParams());
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const setFilter = (next: SessionFilter) => router.replace(`${path}${writeFilter(next)}`, { scroll: false });

  const shown = sessions === undefined ? undefined : filterSessions(sessions, filter);
  const toggle = (name: string) =>
    setSelected(
      selected.has(name) ? new Set([...selected].filter((item) => item !== name)) : new Set([...selected, name]),
    );
  const newSession = (
    <Button variant="primary" asChild>
      <Link href={pages.newSession(project)}>
        <Plus aria-hidden className="size-4" />
        {texts.shell.newSession}
      </Link>
    </Button>
  );

  return (
    <PageBody width="max-w-6xl">
      <PageHeader
        title={texts.sessions.title}
        actions={canCreate === true && sessions?.length !== 0 ? newSession : null}
      />
      {sessions?.length === 0 ? (
        <Empty icon={<List />} title={texts.sessions.emptyTitle} action={canCreate === true ? newSession : null}>
          {texts.sessions.emptyLead}
        </Empty>
      ) : (
        <>
          <Filters filter={filter} onChange={setFilter} />
          <BulkActions
            project={project}
            sessions={(shown ?? []).filter((session) => selected.has(session.metadata.name))}
            onDone={() => setSelected(new Set())}
          />
          {shown === undefined ? <LoadingRows /> : null}
          {shown?.length === 0 ? (
            <Empty
              title={texts.sessions.noMatch}
              action={
                <Button onClick={() => setFilter({ show: "all", search: "" })}>{texts.sessions.clearFilters}</Button>
              }
            />
          ) : null}
          <ul className="-mx-2 grid">
            {shown?.map((session) => (
              <SessionRow
                key={session.metadata.uid}
                project={project}
                session={session}
                isSelected={selected.has(session.metadata.name)}
                onToggle={() => toggle(session.metadata.name)}
              />
            ))}
          </ul>
        </>
      )}
    </PageBody>
  );
}

function Filters({ filter, onChange }: { filter: SessionFilter; onChange: (filter: SessionFilter) => void }) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <label className="relative block min-w-48 flex-1 sm:max-w-xs">
        <span className="sr-only">{texts.sessions.search}</span>
        <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-ink-3" />
        <Input
          type="search"
          defaultValue={filter.search}
          placeholder={texts.sessions.search}
          className="pl-9"
          onChange={(event) => onChange({ ...filter, search: event.target.value })}
        />
      </label>
      <div role="group" aria-label={texts.sessions.columns.state} className="flex gap-1 rounded-lg bg-pick p-0.5">
        {SHOWN_FILTERS.map((show) => (
          <button
            key={show}
            type="button"
            aria-pressed={filter.show === show}
            onClick={() => onChange({ ...filter, show })}
            className={cn(
              "rounded-[7px] px-2.5 py-1 text-sm text-ink-2",
              filter.show === show && "bg-card font-medium text-ink shadow-lift",
            )}
          >
            {labels[show]}
          </button>
        ))}
      </div>
    </div>
  );
}

function LoadingRows() {
  return (
    <div className="grid gap-3" aria-label={texts.common.loading}>
      <Skeleton className="h-12" />
      <Skeleton className="h-12" />
      <Skeleton className="h-12" />
    </div>
  );
}
