"use client";
/** Terminal output with its colours. */
import { useMemo } from "react";
import { cn } from "@/lib/class-names";
import { type AnsiColor, parseAnsi } from "./ansi";

const colors: Record<AnsiColor, string> = {
  black: "text-term-dim",
  red: "text-term-bad",
  green: "text-[oklch(82%_0.14_155)]",
  yellow: "text-[oklch(85%_0.13_90)]",
  blue: "text-[oklch(78%_0.11_250)]",
  magenta: "text-[oklch(80%_0.12_320)]",
  cyan: "text-[oklch(84%_0.1_200)]",
  white: "text-[oklch(96%_0_0)]",
};

export function AnsiText({ text }: { text: string }) {
  const pieces = useMemo(() => parseAnsi(text), [text]);
  return pieces.map((piece, index) => (
    <span
      key={index}
      className={cn(
        piece.color !== undefined && colors[piece.color],
        piece.isBold && "font-semibold",
        piece.isDim && "text-term-dim",
      )}
    >
      {piece.text}
    </span>
  ));
}
