"use client";
/** The frame of every signed-in page: navigation at the left (a drawer on small screens), the page beside it. */
import { Menu as MenuIcon } from "lucide-react";
import { Link } from "@/components/ui/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Logo } from "@/components/ui/logo";
import { pages } from "@/lib/api/paths";
import * as texts from "@/lib/texts";
import { SessionNotifications } from "../notifications/session-notifications";
import { Keyboard } from "../palette/keyboard";
import { Rail } from "./rail";

export function AppShell({ project, children }: { project: string | undefined; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const path = usePathname();
  useEffect(() => setOpen(false), [path]);
  return (
    <div className="grid h-dvh grid-rows-[auto_minmax(0,1fr)] md:grid-cols-[252px_minmax(0,1fr)] md:grid-rows-1">
      <Keyboard project={project} />
      {project === undefined ? null : <SessionNotifications project={project} />}
      <a
        href="#content"
        className="sr-only z-60 rounded-lg bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {texts.common.skipToContent}
      </a>
      <header className="flex items-center gap-2 border-b border-line bg-rail px-3 py-2 md:hidden">
        <Button variant="ghost" size="icon-sm" aria-label={texts.shell.openNavigation} onClick={() => setOpen(true)}>
          <MenuIcon aria-hidden className="size-4" />
        </Button>
        <Link href={pages.projects} className="flex items-center gap-2 font-semibold">
          <Logo />
          {texts.product}
        </Link>
      </header>
      <aside className="hidden border-r border-line bg-rail md:block">
        <Rail project={project} />
      </aside>
      <Dialog side="left" open={isOpen} onOpenChange={setOpen} title={texts.shell.navigation}>
        <div className="h-full bg-rail">
          <Rail project={project} />
        </div>
      </Dialog>
      <div id="content" className="flex min-h-0 min-w-0 flex-col">
        {children}
      </div>
    </div>
  );
}
