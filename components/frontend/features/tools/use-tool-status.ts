"use client";
import { useThread } from "../thread/thread-context";
import type { ToolEntry } from "../thread/thread-state";
import { toolStatus, type ToolStatus } from "./tool-status";

export const useToolStatus = (entry: ToolEntry): ToolStatus => useThread((state) => toolStatus(state, entry));
