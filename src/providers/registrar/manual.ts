// Domains bought by a person: prices as the catalog lists them, and a task in words. It buys nothing.
import type { Registrar } from '../../activities/registrar.ts';
import { covers } from '../../spec/domain-lifecycle.ts';
import type { Money } from '../../spec/spec.ts';

/** `prices`: of a year, by what a name ends in, such as `org` or `co.uk`; the longest that fits counts. */
export function manualRegistrar(prices: Readonly<Record<string, Money>>): Registrar {
  return {
    async offer(domain) {
      const [ending] = Object.keys(prices)
        .filter((each) => covers(each, domain))
        .sort((left, right) => right.length - left.length);
      return { price: ending === undefined ? undefined : prices[ending] };
    },
    async order(domain, { price }) {
      const limit = price === undefined ? '' : `, for ${price.amount} ${price.currency} a year at most`;
      return { task: `buy ${domain} where the company buys its domains${limit}` };
    },
  };
}
