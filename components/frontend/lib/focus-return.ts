/**
 * Where the focus goes when what was opened closes again. Radix looks for it too late: a field that takes the focus by
 * itself has it by then, and an entry of a menu is gone with its menu.
 */

/** What has the focus now; for an entry of a menu, the button that opened the menu. */
export function focusHolder(): HTMLElement | null {
  if (typeof document === "undefined") return null;
  const { activeElement } = document;
  const opener = activeElement?.closest('[role="menu"]')?.getAttribute("aria-labelledby");
  const holder = typeof opener === "string" ? document.querySelector(`#${CSS.escape(opener)}`) : activeElement;
  return holder instanceof HTMLElement && holder !== document.body ? holder : null;
}

/** For Radix' `onCloseAutoFocus`. Leaves it to Radix when the place is gone, and alone when the focus is elsewhere. */
export function returnFocus(event: Event, holder: HTMLElement | null): void {
  if (holder === null || !holder.isConnected) return;
  event.preventDefault();
  if (document.activeElement === document.body || document.activeElement === null) holder.focus();
}
