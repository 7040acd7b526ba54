"use client";
/** Loading, failure and missing rights of a settings page, told in one way. */
import type { ProjectAction } from "@pilothouse/contracts";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { useAccess } from "@/lib/api/queries";
import { ApiError, messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";

interface GuardedProps<T> {
  project: string;
  /** What changing things here takes. */
  action: ProjectAction;
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  children: (data: T, canChange: boolean) => ReactNode;
}

export function Guarded<T>({ project, action, query, children }: GuardedProps<T>) {
  const { data: access } = useAccess(project);
  const canChange = access?.allowedActions.includes(action) === true;
  // That reading is refused as well is no news to who was told that their role does not allow this.
  const isTold = access !== undefined && !canChange && query.error instanceof ApiError && query.error.status === 403;
  return (
    <>
      {access !== undefined && !canChange ? (
        <Notice tone="info" title={texts.common.notAllowed(access.userRole)} />
      ) : null}
      {query.error === null || isTold ? null : (
        <Notice
          title={messageOf(query.error)}
          action={
            <Button size="sm" onClick={() => void query.refetch()}>
              {texts.common.retry}
            </Button>
          }
        />
      )}
      {query.data === undefined ? (
        query.error === null ? (
          <Skeleton className="h-40" />
        ) : null
      ) : (
        children(query.data, canChange)
      )}
    </>
  );
}
