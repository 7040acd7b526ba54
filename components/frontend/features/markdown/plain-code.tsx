"use client";
/** Code without colours, in pieces: a line that is added at the end of a long one lays out its own piece anew, not all. */
import { memo } from "react";
import { codePieces } from "./code-pieces";

export function PlainCode({ code }: { code: string }) {
  const pieces = codePieces(code);
  return pieces.length < 2 ? code : pieces.map((piece, index) => <Piece key={index} text={piece} />);
}

const Piece = memo(function Piece({ text }: { text: string }) {
  return <span className="block">{text}</span>;
});
