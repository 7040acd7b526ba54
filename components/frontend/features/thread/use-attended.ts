"use client";
/** Whether somebody looks at this tab, or did until just now, and at no other since. */
import { useEffect, useState } from "react";

/** A reader who comes back within this time finds everything as it was. */
const HIDDEN_MS = 30_000;
const CHANNEL = "pilothouse-attended";

/** False from the start in a tab that was opened in the background. */
export function useAttended(): boolean {
  const [isAttended, setAttended] = useState(true);
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const update = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") {
        setAttended(true);
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
        channel.postMessage(null);
      } else {
        timer = setTimeout(() => setAttended(false), HIDDEN_MS);
      }
    };
    // The reader is elsewhere now: what this tab holds may be needed there.
    channel.addEventListener("message", () => {
      if (document.visibilityState !== "visible") setAttended(false);
    });
    if (document.visibilityState === "visible") update();
    else setAttended(false);
    document.addEventListener("visibilitychange", update);
    return () => {
      clearTimeout(timer);
      channel.close();
      document.removeEventListener("visibilitychange", update);
    };
  }, []);
  return isAttended;
}
