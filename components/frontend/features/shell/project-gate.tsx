"use client";
/** Shows a project's pages to those who may see it, and says so to everybody else. */
import { CloudOff, FolderLock } from "lucide-react";
import { Link } from "@/components/ui/link";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/feedback";
import { pages } from "@/lib/api/paths";
import { useAccess } from "@/lib/api/queries";
import { ApiError, messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";

export function ProjectGate({ project, children }: { project: string; children: ReactNode }) {
  const { error, data, refetch } = useAccess(project);
  if (error === null || data !== undefined) return children;
  const isMissing = error instanceof ApiError && (error.status === 403 || error.status === 404);
  return (
    <main className="grid flex-1 place-items-center">
      <Empty
        isPage
        icon={isMissing ? <FolderLock /> : <CloudOff />}
        title={isMissing ? texts.errors.notFoundTitle : texts.errors.pageTitle}
        action={
          isMissing ? (
            <Button asChild>
              <Link href={pages.projects}>{texts.errors.home}</Link>
            </Button>
          ) : (
            <Button onClick={() => void refetch()}>{texts.common.retry}</Button>
          )
        }
      >
        {isMissing ? texts.errors.notFoundLead : messageOf(error)}
      </Empty>
    </main>
  );
}
