import { conformance } from "./suite.ts";

conformance("langgraph");
