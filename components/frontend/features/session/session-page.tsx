"use client";
import { SearchX } from "lucide-react";
import { Link } from "@/components/ui/link";
import { Button } from "@/components/ui/button";
import { Empty, Notice, Skeleton } from "@/components/ui/feedback";
import { pages } from "@/lib/api/paths";
import * as texts from "@/lib/texts";
import { ChatSkeleton } from "./chat-skeleton";
import { SessionView } from "./session-view";
import { useSession } from "./use-session";

export function SessionPage({ project, name }: { project: string; name: string }) {
  const found = useSession(project, name);
  switch (found.status) {
    case "found":
      // A session of the same name that was made anew is another session.
      return <SessionView key={found.session.metadata.uid} project={project} session={found.session} />;
    case "loading":
      return <SessionSkeleton />;
    case "missing":
      return (
        <main className="grid flex-1 place-items-center">
          <Empty
            isPage
            icon={<SearchX />}
            title={texts.session.missingTitle}
            action={
              <Button asChild>
                <Link href={pages.sessions(project)}>{texts.sessions.title}</Link>
              </Button>
            }
          >
            {texts.session.missingLead}
          </Empty>
        </main>
      );
    case "failed":
      return (
        <main className="p-6">
          <Notice title={texts.errors.pageTitle}>{found.error.message}</Notice>
        </main>
      );
  }
}

function SessionSkeleton() {
  return (
    <main aria-label={texts.common.loading} className="flex min-h-0 flex-1 flex-col">
      <div className="border-b border-line px-6 py-3.5">
        <Skeleton className="h-5 w-64" />
      </div>
      <ChatSkeleton />
    </main>
  );
}
