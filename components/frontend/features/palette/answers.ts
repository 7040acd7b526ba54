/** What the palette asks the server for. */
import { SessionResource } from "../../lib/api/answers/session.ts";
import { flag, list, number, object, type Read, shape, text } from "../../lib/api/shape.ts";
import type { AgenticSession } from "@pilothouse/contracts";

const session: Read<AgenticSession> = (value) => {
  const read = SessionResource.safeParse(value);
  if (!read.success) throw read.error;
  return read.data;
};

export const FoundSessions = shape(
  object<{ items: AgenticSession[]; totalCount: number }>({ items: list(session), totalCount: number }),
);

interface Hit {
  seq: number;
  messageId: string;
  role: string;
  snippet: string;
}

export const FoundMessages = shape(
  object<{ items: Hit[]; hasMore: boolean }>({
    items: list(object<Hit>({ seq: number, messageId: text, role: text, snippet: text })),
    hasMore: flag,
  }),
);
