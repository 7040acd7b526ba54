"use client";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import * as texts from "@/lib/texts";
import { PAGE_SIZE } from "./session-filter";

interface PagerProps {
  /** From 1. */
  page: number;
  shown: number;
  total: number;
  onPage: (page: number) => void;
}

/** Not drawn where everything is on one page. */
export function Pager({ page, shown, total, onPage }: PagerProps) {
  if (total <= PAGE_SIZE && page === 1) return null;
  const before = (page - 1) * PAGE_SIZE;
  return (
    <nav aria-label={texts.sessions.pages} className="flex items-center justify-end gap-1.5 text-sm text-ink-2">
      <span className="mr-2 tabular" role="status">
        {texts.sessions.range(Math.min(before + 1, total), before + shown, total)}
      </span>
      <Button
        size="icon-sm"
        aria-label={texts.sessions.previousPage}
        disabled={page === 1}
        onClick={() => onPage(page - 1)}
      >
        <ChevronLeft aria-hidden className="size-4" />
      </Button>
      <Button
        size="icon-sm"
        aria-label={texts.sessions.nextPage}
        disabled={before + shown >= total}
        onClick={() => onPage(page + 1)}
      >
        <ChevronRight aria-hidden className="size-4" />
      </Button>
    </nav>
  );
}
