"use client";
import { Check, ChevronsUpDown } from "lucide-react";
import { Link } from "@/components/ui/link";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { pages } from "@/lib/api/paths";
import { useAccess, useProjects } from "@/lib/api/queries";
import * as texts from "@/lib/texts";

export function ProjectSwitcher({ project }: { project: string | undefined }) {
  if (project === undefined) return null;
  return <Switcher project={project} />;
}

function Switcher({ project }: { project: string }) {
  const { data: access } = useAccess(project);
  const { data: projects } = useProjects();
  const current = projects?.items.find((item) => item.name === project);
  return (
    <Menu
      className="w-(--radix-dropdown-menu-trigger-width)"
      trigger={
        <button
          type="button"
          className="mb-2 flex w-full items-center gap-2 rounded-lg border border-line-2 bg-card px-2.5 py-1.5 text-left font-medium hover:bg-hover"
        >
          <span className="min-w-0 flex-1 truncate">{current?.displayName ?? project}</span>
          <span className="text-xs font-normal text-ink-3">{access?.userRole}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-3" />
        </button>
      }
    >
      {projects?.items.map((item) => (
        <MenuItem key={item.name} asChild>
          <Link href={pages.sessions(item.name)}>
            <span className="min-w-0 flex-1 truncate">{item.displayName}</span>
            {item.name === project ? <Check aria-hidden className="size-3.5 text-ink-3" /> : null}
          </Link>
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem asChild>
        <Link href={pages.projects}>{texts.shell.allProjects}</Link>
      </MenuItem>
    </Menu>
  );
}
