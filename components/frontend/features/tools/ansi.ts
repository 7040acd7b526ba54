/** Terminal output as pieces of text with a style: colours and weight of SGR sequences; all other sequences are dropped. */
export interface AnsiPiece {
  readonly text: string;
  readonly color: AnsiColor | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}
export type AnsiColor = "black" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "white";

const COLORS: readonly AnsiColor[] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// CSI sequences, OSC sequences (links, titles), and single-character escapes.
const SEQUENCE = /\u001b(?:\[([0-9;?]*)([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

export function parseAnsi(text: string): AnsiPiece[] {
  const source = lastOfOverwritten(text);
  const pieces: AnsiPiece[] = [];
  let style: Omit<AnsiPiece, "text"> = { color: undefined, isBold: false, isDim: false };
  let from = 0;
  const take = (until: number) => {
    if (until > from) pieces.push({ text: source.slice(from, until), ...style });
  };
  for (const match of source.matchAll(SEQUENCE)) {
    take(match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") style = (match[1] ?? "").split(";").reduce(withCode, style);
  }
  take(source.length);
  return pieces;
}

function withCode(style: Omit<AnsiPiece, "text">, code: string): Omit<AnsiPiece, "text"> {
  const value = Number(code);
  if (value === 0) return { color: undefined, isBold: false, isDim: false };
  if (value === 1) return { ...style, isBold: true };
  if (value === 2) return { ...style, isDim: true };
  if (value === 22) return { ...style, isBold: false, isDim: false };
  if (value === 39) return { ...style, color: undefined };
  const index = value >= 90 ? value - 90 : value - 30;
  const color = value >= 30 ? COLORS[index] : undefined;
  return color === undefined ? style : { ...style, color };
}

/** Of a progress line that was written over and over, the last state. */
function lastOfOverwritten(text: string): string {
  const normal = text.replaceAll("\r\n", "\n");
  return normal.includes("\r") ? normal.replace(/[^\n]*\r(?!\n)/g, "") : normal;
}
