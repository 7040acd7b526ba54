const PIECE = 4 * 1024;

/**
 * Cuts a long code at ends of lines, always at the same ones however much follows. Each piece is a block of its own, and
 * therefore does not say the end of its last line; one that would be empty keeps it.
 */
export function codePieces(code: string): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  while (code.length - from > PIECE) {
    const end = code.indexOf("\n", from + PIECE);
    if (end === -1) break;
    pieces.push(code.slice(from, end));
    from = end + 1;
  }
  // An empty block has no height: a last line that is empty is said by the end of the one before it.
  if (from < code.length || pieces.length === 0) pieces.push(code.slice(from));
  return pieces;
}
