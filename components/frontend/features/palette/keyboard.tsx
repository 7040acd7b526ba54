"use client";
/** Listens for shortcuts, and holds the palette and the help sheet that they open. */
import { useRouter } from "next/navigation";
import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { pages } from "@/lib/api/paths";
import { compareSessions, sessionState } from "@/lib/session-state";
import { focusComposer } from "../composer/focus-composer";
import { useSessions } from "../sessions/use-sessions";
import { actionOf } from "./shortcuts";
import { ShortcutSheet } from "./shortcut-sheet";

/** Loaded when it is first opened. */
const Palette = dynamic(() => import("./palette").then((module) => module.Palette));

export function Keyboard({ project }: { project: string | undefined }) {
  const [open, setOpen] = useState<"palette" | "help">();
  const router = useRouter();
  const sessions = useSessions(project ?? "");

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const action = actionOf(event, isWriting(event.target));
      if (action === undefined || event.defaultPrevented) return;
      // A dialog that is open has the keyboard.
      if (action !== "palette" && document.querySelector('[role="dialog"], [role="menu"]') !== null) return;
      switch (action) {
        case "palette":
        case "help":
          setOpen(action);
          break;
        case "focus-composer":
          if (!focusComposer()) return;
          break;
        case "new-session":
        case "sessions":
        case "needs-you": {
          const target = project === undefined ? undefined : destination(action, project, sessions ?? []);
          if (target === undefined) return;
          router.push(target);
        }
      }
      event.preventDefault();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [project, router, sessions]);

  return (
    <>
      {open === "palette" ? (
        <Palette project={project} onClose={() => setOpen(undefined)} onHelp={() => setOpen("help")} />
      ) : null}
      <ShortcutSheet open={open === "help"} onOpenChange={(isOpen) => setOpen(isOpen ? "help" : undefined)} />
    </>
  );
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

type Listed = NonNullable<ReturnType<typeof useSessions>>;

function destination(
  action: "new-session" | "sessions" | "needs-you",
  project: string,
  sessions: Listed,
): string | undefined {
  if (action === "new-session") return pages.newSession(project);
  if (action === "sessions") return pages.sessions(project);
  const waiting = sessions.filter((session) => sessionState(session).needsYou).toSorted(compareSessions);
  const here = waiting.findIndex((session) => location.pathname === pages.session(project, session.metadata.name));
  const next = waiting[(here + 1) % Math.max(1, waiting.length)];
  return next === undefined ? undefined : pages.session(project, next.metadata.name);
}
