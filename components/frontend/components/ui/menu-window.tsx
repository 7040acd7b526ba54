"use client";
/** The menu itself, which is loaded apart from the pages that may open one. */
import { DropdownMenu as Radix } from "radix-ui";
import { useCallback } from "react";
import { cn } from "@/lib/class-names";
import { type MenuParts, MenuPartsProvider, type MenuProps } from "./menu";

const parts: MenuParts = { Item: Radix.Item, Label: Radix.Label, Separator: Radix.Separator };

export interface MenuWindowProps extends MenuProps {
  /** Whether it was a key that opened it for the first time: then its first entry has the focus, as in any menu. */
  isByKey: boolean;
}

/** Mounted by the press that opens it, and therefore open. */
export function MenuWindow({
  trigger,
  children,
  align = "start",
  side = "bottom",
  className,
  isByKey,
}: MenuWindowProps) {
  const focusFirst = useCallback(
    (content: HTMLElement | null) => {
      if (!isByKey || content === null) return;
      setTimeout(() => content.querySelector<HTMLElement>("[role^=menuitem]:not([data-disabled])")?.focus());
    },
    [isByKey],
  );
  return (
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          ref={focusFirst}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={cn(
            "scroll-thin z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 animate-appear overflow-y-auto rounded-xl border border-line bg-pop p-1 shadow-float",
            className,
          )}
        >
          <MenuPartsProvider value={parts}>{children}</MenuPartsProvider>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
