"use client";
/** Tells of the reader's sessions while nobody looks at them: where the reader has asked for it, and only then. */
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { pages } from "@/lib/api/paths";
import { useMe } from "@/lib/api/queries";
import { excerpt } from "@/lib/excerpt";
import { sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { useSessions } from "../sessions/use-sessions";
import { type Marks, marksOf, type News, newsSince } from "./news";
import { notificationState } from "./preference";

export function SessionNotifications({ project }: { project: string }) {
  const sessions = useSessions(project);
  const { data: me } = useMe();
  const router = useRouter();
  const before = useRef<Marks>(new Map());
  useEffect(() => {
    if (sessions === undefined || me === undefined) return;
    const news = newsSince(before.current, sessions, me.userId);
    before.current = marksOf(sessions);
    if (notificationState() !== "on") return;
    for (const item of news) {
      const path = pages.session(project, item.session.metadata.name);
      const isSeen = document.visibilityState === "visible" && location.pathname === path;
      if (!isSeen) show(item, () => router.push(path));
    }
  }, [sessions, me, project, router]);
  return null;
}

function show({ session, kind }: News, open: () => void): void {
  const body = kind === "failed" ? session.status?.message : excerpt(session.status?.agent?.lastMessage ?? "");
  // The tag makes one notification of those that several tabs would show.
  const notification = new Notification(`${texts.notifications.kinds[kind]}: ${sessionTitle(session)}`, {
    tag: `${session.metadata.uid} ${kind}`,
    ...(body === undefined ? {} : { body: body.slice(0, 200) }),
  });
  notification.addEventListener("click", () => {
    window.focus();
    open();
    notification.close();
  });
}
