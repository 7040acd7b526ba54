"use client";
/** A text field that is as high as its text, within limits. */
import { type ComponentProps, useLayoutEffect, useRef } from "react";
import { cn } from "@/lib/class-names";

/**
 * Chromium shapes what follows anew for each line of a word without an end, wherever the font joins or shifts letters: a
 * hundred thousand letters took seconds for each key. Texts beyond this length do without both.
 */
const LONG = 20_000;

export function GrowingTextarea({ className, value, ref, ...props }: ComponentProps<"textarea">) {
  const own = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = own.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [value]);
  return (
    <textarea
      ref={(element) => {
        own.current = element;
        if (typeof ref === "function") ref(element);
        else if (ref !== null && ref !== undefined) ref.current = element;
      }}
      value={value}
      rows={1}
      className={cn(
        "scroll-thin block w-full resize-none bg-transparent placeholder:text-ink-3 focus:outline-none",
        String(value).length > LONG && "[font-kerning:none] [font-variant-ligatures:none]",
        className,
      )}
      {...props}
    />
  );
}
