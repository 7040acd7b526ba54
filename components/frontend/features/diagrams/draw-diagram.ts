"use client";
/** Diagrams, drawn by a frame of the server's that has no rights at all; loaded when the first one is seen. */
import { isRecord, textOf } from "../thread/fields";

const FRAME = "/diagram-frame";
/** Long enough for the library to arrive and to be read on a slow machine. */
const TIMEOUT_MS = 60_000;
const MAXIMUM_KEPT = 50;

export interface Diagram {
  /** A picture's address. */
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

interface Waiting {
  readonly resolve: (svg: string) => void;
  readonly reject: (error: Error) => void;
}

const waiting = new Map<string, Waiting>();
const drawn = new Map<string, Promise<Diagram>>();
let frame: Promise<Window> | undefined;
let number = 0;

/** Rejects with what is wrong with the text. */
export function drawDiagram(code: string, isDark: boolean): Promise<Diagram> {
  const key = `${isDark ? "dark" : "light"} ${code}`;
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const oldest = drawn.keys().next();
  if (drawn.size >= MAXIMUM_KEPT && oldest.done !== true) drawn.delete(oldest.value);
  const diagram = ask(code, isDark).then(pictureOf);
  drawn.set(key, diagram);
  // What failed may do better the next time it is shown: the frame may not have been there yet.
  diagram.catch(() => drawn.delete(key));
  return diagram;
}

async function ask(code: string, isDark: boolean): Promise<string> {
  frame ??= openFrame();
  const target = await frame.catch((error: unknown) => {
    frame = undefined; // The next diagram tries again.
    throw error;
  });
  const id = String((number += 1));
  return withTimeout<string>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    // The frame's origin is opaque and has no name; nobody else can be in it.
    target.postMessage({ id, code, isDark }, "*");
  }).finally(() => waiting.delete(id));
}

function openFrame(): Promise<Window> {
  return withTimeout((resolve) => {
    const element = document.createElement("iframe");
    element.src = FRAME;
    element.sandbox.add("allow-scripts");
    element.title = "Diagrams";
    element.tabIndex = -1;
    element.ariaHidden = "true";
    // Not `display: none`: what is not laid out cannot be measured.
    Object.assign(element.style, {
      position: "fixed",
      inset: "0 auto auto -3000px",
      width: "1400px",
      height: "1000px",
      border: "0",
      visibility: "hidden",
    });
    window.addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
      const target = element.contentWindow;
      if (target === null || source !== target || !isRecord(data)) return;
      if (data["isReady"] === true) return resolve(target);
      const asked = waiting.get(textOf(data["id"]) ?? "");
      const svg = textOf(data["svg"]);
      if (svg !== undefined) asked?.resolve(svg);
      else asked?.reject(new Error(textOf(data["error"]) ?? ""));
    });
    document.body.append(element);
  });
}

function withTimeout<T>(run: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("")), TIMEOUT_MS);
    const settle = () => clearTimeout(timer);
    run(
      (value) => {
        settle();
        resolve(value);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
  });
}

/** A picture cannot run scripts or ask for anything, whatever is in it. Its size comes from its own box. */
export function pictureOf(svg: string): Diagram {
  const box = /\bviewBox="\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(svg.slice(0, 2000));
  const width = Math.ceil(Number(box?.[1] ?? 600));
  const height = Math.ceil(Number(box?.[2] ?? 400));
  // A picture without a size of its own is drawn as small as the browser likes.
  const sized = svg.replace(/^<svg\b([^>]*)>/, (_whole, attributes: string) => {
    const others = attributes.replaceAll(/\s(width|height|style)="[^"]*"/g, "");
    return `<svg${others} width="${width}" height="${height}">`;
  });
  return { source: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(sized)}`, width, height };
}
