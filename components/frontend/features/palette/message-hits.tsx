"use client";
/** Messages of the conversation that is open, found by the server. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { hashOf } from "../chat/use-jump";
import { FoundMessages } from "./answers";
import { Group, Item } from "./palette-item";

const SHOWN = 8;
/** Shorter ones are in every message. */
const LEAST_LETTERS = 3;

interface MessageHitsProps {
  project: string;
  session: string;
  search: string;
  onClose: () => void;
}

export function MessageHits({ project, session, search, onClose }: MessageHitsProps) {
  const isAsked = search.length >= LEAST_LETTERS;
  const { data } = useQuery({
    queryKey: queryKeys.sessionPart(project, session, "search", search),
    queryFn: ({ signal }) => request(FoundMessages, api.search(project, session, search), { signal }),
    enabled: isAsked,
    placeholderData: keepPreviousData,
  });
  if (!isAsked || data === undefined || data.items.length === 0) return null;
  return (
    <Group heading={texts.palette.messages}>
      {data.items.slice(0, SHOWN).map(({ messageId, role, snippet }) => (
        <Item
          key={messageId}
          value={`message ${messageId}`}
          keywords={[search]}
          onSelect={() => {
            onClose();
            location.hash = hashOf(messageId);
          }}
        >
          <span className="shrink-0 text-xs text-ink-3">
            {role === "user" ? texts.palette.fromPeople : texts.palette.fromAgent}
          </span>
          <span className="min-w-0 flex-1 truncate">{snippet}</span>
        </Item>
      ))}
    </Group>
  );
}
