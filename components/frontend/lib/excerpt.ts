/** What a message in markdown says first, as one line of plain text: for lists and notifications. */

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^\s*#{1,6}\s+/;
/** Rows of tables, rules, and what stands alone to mark something up. */
const MARKS_ONLY = /^\s*(\||[-*_=](\s*[-*_=]){2,}\s*$|[>#*+-]*\s*$)/;
const LINE_MARKS = /^\s*(?:(?:>|[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?|#{1,6}\s+)+/;

/** The first line of prose; of a text that has none, its first heading; undefined = it says nothing in words. */
export function excerpt(markdown: string): string | undefined {
  let heading: string | undefined;
  let isCode = false;
  for (const line of markdown.split("\n")) {
    if (FENCE.test(line)) isCode = !isCode;
    else if (!isCode && !MARKS_ONLY.test(line)) {
      const words = withoutMarks(line.replace(LINE_MARKS, ""));
      if (words !== "" && !HEADING.test(line)) return words;
      heading ??= words === "" ? undefined : words;
    }
  }
  return heading;
}

function withoutMarks(line: string): string {
  return line
    .replaceAll(/!?\[([^\]]*)\]\([^)\s]*\)/g, "$1")
    .replaceAll(/(\*\*|\*|~~)(?=\S)([^*~]*?\S)\1/g, "$2")
    .replaceAll(/`+([^`]+)`+/g, "$1")
    .trim();
}
