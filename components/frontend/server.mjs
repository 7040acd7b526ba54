/** Starts the UI server; see server/main.ts for what it reads. */
import "./server/main.ts";
