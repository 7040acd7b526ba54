"use client";
/** Offers notifications when they help: while the agent works and the reader has nothing to do but wait. */
import { Bell, BellRing } from "lucide-react";
import * as texts from "@/lib/texts";
import { useThread } from "../thread/thread-context";
import { turnNotificationsOff, turnNotificationsOn, useNotificationState } from "./preference";

export function NotifyButton() {
  const state = useNotificationState();
  const isWorking = useThread((thread) => thread.run !== undefined);
  if (state === "unsupported" || state === "blocked" || (state === "off" && !isWorking)) return null;
  const isOn = state === "on";
  const Icon = isOn ? BellRing : Bell;
  return (
    <button
      type="button"
      aria-pressed={isOn}
      title={isOn ? texts.notifications.turnOff : texts.notifications.lead}
      onClick={() => (isOn ? turnNotificationsOff() : void turnNotificationsOn())}
      className="ml-auto flex shrink-0 items-center gap-1.5 rounded-md px-1 hover:text-ink"
    >
      <Icon aria-hidden className="size-3" />
      {isOn ? texts.notifications.on : texts.notifications.offer}
    </button>
  );
}
