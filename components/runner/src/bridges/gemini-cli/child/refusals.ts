/** Remembers the status with which the provider refused a request: Gemini CLI drops it of a model that is not known. */
import type { Config } from "@google/gemini-cli-core";

export class Refusals {
  #status: number | undefined;

  constructor(config: Config) {
    const generator = config.getContentGenerator();
    const generate = generator.generateContentStream.bind(generator);
    generator.generateContentStream = async (...parameters) => {
      try {
        return await generate(...parameters);
      } catch (error) {
        const status: unknown = error instanceof Error && "status" in error ? error.status : undefined;
        this.#status = typeof status === "number" ? status : undefined;
        throw error;
      }
    };
  }

  /** Of the newest refusal; it is told once. */
  take(): number | undefined {
    const status = this.#status;
    this.#status = undefined;
    return status;
  }
}
