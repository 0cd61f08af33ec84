// Sets the purchase of a domain going, once it was approved. Whether it was, the domain's run knows.
import type { Money } from '../spec/spec.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { Registrar } from './registrar.ts';

export interface OrderInput {
  domain: string;
  /** As it was approved. */
  price?: Money;
}

export function purchaseActivities(registrar: Registrar) {
  return {
    async orderDomain({ domain, price }: OrderInput): Promise<{ task: string }> {
      return atTheBoundary(() => registrar.order(domain, { price }, callOptions()));
    },
  };
}
