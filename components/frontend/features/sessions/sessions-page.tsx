"use client";
import { Plus } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Empty, Notice, Skeleton } from "@/components/ui/feedback";
import { Link } from "@/components/ui/link";
import { pages } from "@/lib/api/paths";
import { useAllowed } from "@/lib/api/queries";
import { messageOf } from "@/lib/api/request";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { PageBody, PageHeader } from "../shell/page-header";
import { BulkActions } from "./bulk-actions";
import { FirstSession } from "./first-session";
import { Pager } from "./pager";
import { isNarrowed, NO_FILTER, PAGE_SIZE, readFilter, type SessionFilter, writeFilter } from "./session-filter";
import { SessionFilters } from "./session-filters";
import { SessionRows } from "./session-rows";
import { useSessionPage } from "./use-session-page";
import { useListConnection, useSessions } from "./use-sessions";

export function SessionsPage({ project }: { project: string }) {
  const router = useRouter();
  const path = usePathname();
  const filter = readFilter(useSearchParams());
  const all = useSessions(project);
  const { items, total, isStale, error, refetch } = useSessionPage(project, filter);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  /** Anything but another page begins at the first one again. */
  const change = (changes: Partial<SessionFilter>) =>
    router.replace(`${path}${writeFilter({ ...filter, page: 1, ...changes })}`, { scroll: false });

  // The last page may have emptied while it was looked at.
  const lastPage = total === undefined ? filter.page : Math.max(1, Math.ceil(total / PAGE_SIZE));
  useEffect(() => {
    if (!isStale && filter.page > lastPage)
      router.replace(`${path}${writeFilter({ ...filter, page: lastPage })}`, { scroll: false });
  });

  const isEmpty = items?.length === 0 && !isNarrowed(filter) && filter.page === 1;
  return (
    <PageBody width="max-w-6xl">
      <PageHeader title={texts.sessions.title} actions={isEmpty ? null : <NewSession project={project} />} />
      <ConnectionNote />
      {isEmpty ? (
        <FirstSession project={project} action={<NewSession project={project} />} />
      ) : (
        <>
          <SessionFilters project={project} filter={filter} sessions={all} onChange={change} />
          <BulkActions
            project={project}
            sessions={(items ?? []).filter((session) => selected.has(session.metadata.uid))}
            onDone={() => setSelected(new Set())}
          />
          {error === null ? null : (
            <Notice
              title={messageOf(error)}
              action={
                <Button size="sm" onClick={() => void refetch()}>
                  {texts.common.retry}
                </Button>
              }
            />
          )}
          {items === undefined && error === null ? <LoadingRows /> : null}
          {items?.length === 0 && error === null ? (
            <Empty
              title={texts.sessions.noMatch}
              action={
                <Button onClick={() => change({ ...NO_FILTER, sort: filter.sort })}>
                  {texts.sessions.clearFilters}
                </Button>
              }
            />
          ) : null}
          {items === undefined || items.length === 0 ? null : (
            <div aria-busy={isStale} className={cn("transition-opacity duration-100", isStale && "opacity-60")}>
              <SessionRows project={project} sessions={items} selected={selected} onSelect={setSelected} />
            </div>
          )}
          {total === undefined ? null : (
            <Pager page={filter.page} shown={items?.length ?? 0} total={total} onPage={(page) => change({ page })} />
          )}
        </>
      )}
    </PageBody>
  );
}

function NewSession({ project }: { project: string }) {
  const canCreate = useAllowed(project, "createSessions");
  if (canCreate !== true) return null;
  return (
    <Button variant="primary" asChild>
      <Link href={pages.newSession(project)}>
        <Plus aria-hidden className="size-4" />
        {texts.shell.newSession}
      </Link>
    </Button>
  );
}

function LoadingRows() {
  return (
    <div className="grid gap-3" role="status" aria-label={texts.common.loading}>
      <Skeleton className="h-12" />
      <Skeleton className="h-12" />
      <Skeleton className="h-12" />
    </div>
  );
}

/** A short break is no news. */
const QUIET_MS = 3_000;

/** The list is only as true as the stream that brings it. */
function ConnectionNote() {
  const { status } = useListConnection();
  const isLost = status === "waiting";
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!isLost) return setLong(false);
    const timer = setTimeout(() => setLong(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  return isLong ? <Notice tone="warn" title={texts.sessions.outOfDate} /> : null;
}
