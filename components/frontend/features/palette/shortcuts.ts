/** Keyboard shortcuts of the whole application, as data: the handler and the help sheet read the same list. */
import * as texts from "../../lib/texts/index.ts";

export type ShortcutAction = "palette" | "new-session" | "needs-you" | "sessions" | "help" | "focus-composer";

export interface Shortcut {
  readonly action: ShortcutAction;
  readonly keys: readonly string[];
  readonly label: string;
  readonly matches: (event: ShortcutEvent) => boolean;
}

export type ShortcutEvent = Pick<KeyboardEvent, "key" | "metaKey" | "ctrlKey" | "altKey" | "shiftKey">;

const plain = (key: string) => (event: ShortcutEvent) =>
  event.key.toLowerCase() === key && !event.metaKey && !event.ctrlKey && !event.altKey;

export const SHORTCUTS: readonly Shortcut[] = [
  {
    action: "palette",
    keys: ["Ctrl", "K"],
    label: texts.shortcuts.palette,
    matches: (event) =>
      event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey,
  },
  { action: "new-session", keys: ["N"], label: texts.shortcuts.newSession, matches: plain("n") },
  { action: "needs-you", keys: ["J"], label: texts.shortcuts.needsYou, matches: plain("j") },
  { action: "sessions", keys: ["S"], label: texts.shortcuts.sessions, matches: plain("s") },
  { action: "focus-composer", keys: ["M"], label: texts.shortcuts.focus, matches: plain("m") },
  { action: "help", keys: ["?"], label: texts.shortcuts.help, matches: plain("?") },
];

/** What a key press asks for. While somebody writes, only shortcuts with Ctrl or ⌘ count. */
export function actionOf(event: ShortcutEvent, isWriting: boolean): ShortcutAction | undefined {
  const shortcut = SHORTCUTS.find((item) => item.matches(event));
  if (shortcut === undefined || (isWriting && shortcut.action !== "palette")) return undefined;
  return shortcut.action;
}
