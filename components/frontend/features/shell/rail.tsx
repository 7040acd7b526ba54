"use client";
import { FolderKanban, List, MessageSquareText, Plus, SlidersHorizontal, Users } from "lucide-react";
import { Link } from "@/components/ui/link";
import { usePathname, useSearchParams } from "next/navigation";
import type { ReactNode } from "react";
import { Kbd } from "@/components/ui/badge";
import { Logo } from "@/components/ui/logo";
import { pages } from "@/lib/api/paths";
import { cn } from "@/lib/class-names";
import { sessionState } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { useSessions } from "../sessions/use-sessions";
import { SETTINGS_TABS } from "../settings/tabs";
import { ProjectSwitcher } from "./project-switcher";
import { RecentSessions } from "./recent-sessions";
import { UserMenu } from "./user-menu";

export function Rail({ project }: { project: string | undefined }) {
  return (
    <nav aria-label={texts.shell.navigation} className="flex h-full min-h-0 flex-col gap-0.5 px-2.5 py-3.5">
      <Link
        href={pages.projects}
        className="mb-2.5 flex items-center gap-2.5 rounded-lg px-2 py-1 font-semibold tracking-tight"
      >
        <Logo />
        {texts.product}
      </Link>
      <ProjectSwitcher project={project} />
      {project === undefined ? (
        <RailLink href={pages.projects} icon={<FolderKanban />} label={texts.shell.projects} />
      ) : (
        <ProjectNavigation project={project} />
      )}
      <div className="mt-auto pt-2">
        <UserMenu />
      </div>
    </nav>
  );
}

function ProjectNavigation({ project }: { project: string }) {
  const needing = useSessions(project)?.filter((session) => sessionState(session).needsYou).length ?? 0;
  return (
    <>
      <RailLink href={pages.newSession(project)} icon={<Plus />} label={texts.shell.newSession} end={<Kbd>N</Kbd>} />
      <RailLink
        href={`${pages.sessions(project)}?show=needs-you`}
        icon={<MessageSquareText />}
        label={texts.shell.needsYou}
        end={needing === 0 ? null : <span className="text-xs font-medium text-warn-ink tabular">{needing}</span>}
      />
      <RailLink href={pages.sessions(project)} icon={<List />} label={texts.shell.sessions} />
      <RailLink
        href={pages.settings(project, "members")}
        alsoAt={[pages.settings(project, "keys")]}
        icon={<Users />}
        label={texts.shell.access}
      />
      <RailLink
        href={pages.settings(project, "secrets")}
        alsoAt={SETTINGS_TABS.filter((tab) => tab !== "members" && tab !== "keys").map((tab) =>
          pages.settings(project, tab),
        )}
        icon={<SlidersHorizontal />}
        label={texts.shell.settings}
      />
      <RecentSessions project={project} />
    </>
  );
}

interface RailLinkProps {
  href: string;
  /** Other pages that belong to the same entry. */
  alsoAt?: readonly string[];
  icon: ReactNode;
  label: string;
  end?: ReactNode;
}

function RailLink({ href, alsoAt = [], icon, label, end }: RailLinkProps) {
  const path = usePathname();
  const parameters = useSearchParams();
  const here = parameters.get("show") === "needs-you" ? `${path}?show=needs-you` : path;
  const isHere = here === href || alsoAt.includes(here);
  return (
    <Link
      href={href}
      {...(isHere ? { "aria-current": "page" as const } : {})}
      className={cn(
        "flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-ink-2 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:opacity-75",
        isHere ? "bg-accent-soft font-medium text-ink" : "hover:bg-hover hover:text-ink",
      )}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {end}
    </Link>
  );
}
