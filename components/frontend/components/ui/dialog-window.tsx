"use client";
/** The dialog itself, which is loaded apart from the pages that may open one. */
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { cn } from "@/lib/class-names";
import { returnFocus } from "@/lib/focus-return";
import * as texts from "@/lib/texts";
import { Button } from "./button";
import type { DialogProps } from "./dialog";

export interface DialogWindowProps extends DialogProps {
  /** What gets the focus back. */
  opener: HTMLElement | null;
}

export function DialogWindow(props: DialogWindowProps) {
  const {
    open,
    onOpenChange,
    title,
    description,
    children,
    className,
    side = "middle",
    isFirm = false,
    opener,
  } = props;
  const firm = (event: Event) => (isFirm ? event.preventDefault() : undefined);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-shade" />
        <Radix.Content
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          onEscapeKeyDown={firm}
          onInteractOutside={firm}
          onCloseAutoFocus={(event) => returnFocus(event, opener)}
          className={cn(
            "fixed z-50 animate-appear bg-pop shadow-float focus:outline-none",
            side === "middle"
              ? "top-1/2 left-1/2 max-h-[calc(100dvh-32px)] w-[calc(100vw-32px)] max-w-lg -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-2xl border border-line p-5"
              : "inset-y-0 left-0 w-72 border-r border-line",
            className,
          )}
        >
          {side === "middle" ? (
            <div className="mb-4 flex items-start gap-3">
              <div className="min-w-0 flex-1">
                <Radix.Title className="text-lg font-semibold tracking-tight">{title}</Radix.Title>
                {description === undefined ? null : (
                  <Radix.Description className="mt-0.5 text-sm text-ink-2">{description}</Radix.Description>
                )}
              </div>
              <Radix.Close asChild>
                <Button variant="ghost" size="icon-sm" aria-label={texts.common.close} className="-mt-1 -mr-1.5">
                  <X aria-hidden className="size-4" />
                </Button>
              </Radix.Close>
            </div>
          ) : (
            <Radix.Title className="sr-only">{title}</Radix.Title>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
