/** The session's account as it stands now, with what the answers under way have cost so far. */
import type { Provider } from "../providers/provider.ts";
import type { Entry, Ledger } from "../usage/ledger.ts";
import type { Reading } from "../usage/reading.ts";
import type { Broker } from "./broker.ts";

export function entryOf(broker: Broker, provider: Provider, reading: Reading): Entry {
  return {
    reading,
    fallbackModel: `${provider.name} (unnamed)`,
    prices: broker.prices.prices,
    assumeDearest: broker.configuration.upstreams[provider.name] === provider.officialUrl,
  };
}

/**
 * A framework ends its turn with an answer's last event, before that answer's connection ends. Who asks then finds the
 * answer counted all the same.
 */
export function accountNow(broker: Broker): Ledger {
  if (broker.running.size === 0) return broker.ledger;
  const account = broker.ledger.copy();
  for (const { provider, meter } of broker.running) {
    const reading = meter.read(false);
    if (reading) account.record(entryOf(broker, provider, reading));
  }
  return account;
}
