/** What tokens cost: the installation's price table, read again when it changes; a broken file keeps the last good one. */
import { readFile, stat } from "node:fs/promises";
import { PriceTable } from "@pilothouse/contracts/registries/prices";
import { z } from "zod";
import { BrokerError } from "../errors.ts";
import type { Reading } from "./reading.ts";

export type ModelPrice = PriceTable["prices"][number];

/** The entry of exactly this model, else the longest prefix that fits. */
export function findPrice(prices: readonly ModelPrice[], model: string): ModelPrice | undefined {
  const exact = prices.find((entry) => entry.model === model);
  if (exact) return exact;
  return prices
    .filter((entry) => entry.model.endsWith("*") && model.startsWith(entry.model.slice(0, -1)))
    .sort((a, b) => b.model.length - a.model.length)[0];
}

/** The price to assume for a model that the table does not know: a budget must not be evaded by an unusual name. */
export function dearestPrice(prices: readonly ModelPrice[]): ModelPrice | undefined {
  return prices.reduce<ModelPrice | undefined>(
    (dearest, entry) => (dearest === undefined || entry.outputPerMillion > dearest.outputPerMillion ? entry : dearest),
    undefined,
  );
}

export function costOf({ longPrompt, ...price }: ModelPrice, reading: Reading): number {
  const prompt = reading.freshTokens + reading.cacheReadTokens + reading.cacheWriteTokens;
  const rates = longPrompt !== undefined && prompt > longPrompt.overTokens ? longPrompt : price;
  const { inputPerMillion, outputPerMillion } = rates;
  const cacheRead = rates.cacheReadPerMillion ?? inputPerMillion;
  const cacheWrite = rates.cacheWritePerMillion ?? inputPerMillion;
  return (
    (reading.freshTokens * inputPerMillion +
      reading.cacheReadTokens * cacheRead +
      reading.cacheWriteTokens * cacheWrite +
      reading.outputTokens * outputPerMillion) /
    1_000_000
  );
}

export interface PriceSource {
  readonly prices: readonly ModelPrice[];
  /** Why the file in force is not the newest one; undefined when all is well. */
  readonly problem: string | undefined;
  /** Reads the file again if it has changed. Never rejects. */
  refresh(): Promise<void>;
}

async function readTable(file: string): Promise<PriceTable> {
  const parsed = PriceTable.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!parsed.success) throw new BrokerError("PRICES_INVALID", `${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** @param file undefined: no price is known */
export async function openPrices(file: string | undefined): Promise<PriceSource> {
  let prices: readonly ModelPrice[] = [];
  let problem: string | undefined;
  let read = "";
  const refresh = async (): Promise<void> => {
    if (file === undefined) return;
    try {
      const { mtimeMs, ino, size } = await stat(file);
      const version = `${mtimeMs} ${ino} ${size}`;
      if (version === read) return;
      prices = (await readTable(file)).prices;
      read = version;
      problem = undefined;
    } catch (error) {
      problem = `price table ${file}: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  await refresh();
  return {
    get prices() {
      return prices;
    },
    get problem() {
      return problem;
    },
    refresh,
  };
}
