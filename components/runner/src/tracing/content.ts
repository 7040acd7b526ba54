/**
 * What of a run's words goes to a tracing service. Masked, which is the default: that there were words, and how many. Names
 * of tools and models, numbers, times and outcomes are told either way.
 */
export type Content = (text: string) => unknown;

export const fullContent: Content = (text) => text;
export const maskedContent: Content = (text) => (text === "" ? "" : `[masked: ${text.length} characters]`);
