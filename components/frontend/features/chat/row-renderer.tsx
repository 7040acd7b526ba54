"use client";
/** How a row is drawn, handed down: a subagent's rows are drawn like those of the conversation that it is a row of. */
import { type ComponentType, createContext, useContext } from "react";
import type { Row } from "./rows";

const RowRendererContext = createContext<ComponentType<{ row: Row }>>(() => null);

export const RowRendererProvider = RowRendererContext.Provider;
export const useRowRenderer = () => useContext(RowRendererContext);
