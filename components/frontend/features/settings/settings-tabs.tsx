"use client";
import { useEffect, useRef } from "react";
import { Link } from "@/components/ui/link";
import { pages } from "@/lib/api/paths";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { SETTINGS_TABS, type SettingsTab } from "./tabs";

export function SettingsTabs({ project, tab }: { project: string; tab: SettingsTab }) {
  const bar = useRef<HTMLElement>(null);
  // On a phone the bar is wider than the screen: where the reader is must be in sight.
  useEffect(() => {
    const current = bar.current?.querySelector("[aria-current]");
    if (bar.current === null || !(current instanceof HTMLElement)) return;
    bar.current.scrollLeft = current.offsetLeft - (bar.current.clientWidth - current.offsetWidth) / 2;
  }, [tab]);
  return (
    <nav
      ref={bar}
      aria-label={texts.settings.title}
      className="relative -mt-2 flex gap-1 overflow-x-auto border-b border-line [scrollbar-width:none]"
    >
      {SETTINGS_TABS.map((name) => (
        <Link
          key={name}
          href={pages.settings(project, name)}
          {...(name === tab ? { "aria-current": "page" as const } : {})}
          className={cn(
            "-mb-px border-b-2 border-transparent px-2.5 py-2 whitespace-nowrap text-ink-2 -outline-offset-2 hover:text-ink",
            name === tab && "border-accent font-medium text-ink",
          )}
        >
          {texts.settings.tabs[name]}
        </Link>
      ))}
    </nav>
  );
}
