/** Comments on lines of a change, gathered until they go to the agent as one message. Pure. */
import { z } from "zod";

export const LineComment = z.object({
  repo: z.string(),
  path: z.string(),
  /** Which file the number counts in: the old one only where the line is gone. */
  side: z.enum(["old", "new"]),
  line: z.int(),
  /** The line itself, which may have moved when the agent reads this. */
  quote: z.string(),
  text: z.string(),
});
export type LineComment = z.infer<typeof LineComment>;
export const LineComments = z.array(LineComment);

export type LinePlace = Pick<LineComment, "repo" | "path" | "side" | "line">;

export const isSamePlace = (a: LinePlace, b: LinePlace): boolean =>
  a.repo === b.repo && a.path === b.path && a.side === b.side && a.line === b.line;

/** The comments with one set anew; an empty text takes it away. */
export function withComment(comments: readonly LineComment[], comment: LineComment): readonly LineComment[] {
  const text = comment.text.trim();
  const others = comments.filter((item) => !isSamePlace(item, comment));
  if (text === "") return others;
  const at = comments.findIndex((item) => isSamePlace(item, comment));
  const next = { ...comment, text };
  return at === -1 ? [...comments, next] : comments.map((item, index) => (index === at ? next : item));
}

/** One message: by file, in order of lines, each with the line that it is about. */
export function messageOfComments(comments: readonly LineComment[], opening: string): string {
  const repos = new Set(comments.map(({ repo }) => repo));
  const byFile = Map.groupBy(comments, ({ repo, path }) => (repos.size > 1 ? `${repo}/${path}` : path));
  const files = [...byFile].map(([file, items]) => {
    const lines = items
      .toSorted((a, b) => a.line - b.line)
      .map(({ side, line, quote, text }) => {
        const [first = "", ...rest] = text.split("\n");
        const place = side === "old" ? `line ${line} (removed)` : `line ${line}`;
        return [`- ${place} ${codeSpan(quote)}: ${first}`, ...rest.map((more) => `  ${more}`)].join("\n");
      });
    return `**${file}**\n${lines.join("\n")}`;
  });
  return `${opening}\n\n${files.join("\n\n")}`;
}

/** As CommonMark wants it: more backticks around than within. */
function codeSpan(text: string): string {
  const content = text.trim().slice(0, 120);
  if (content === "") return "(empty)";
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const pad = content.startsWith("`") || content.endsWith("`") ? " " : "";
  return `${fence}${pad}${content}${pad}${fence}`;
}
