// The bundle's entry: exactly the workflows that a worker offers.
export { domainLifecycle } from './domain.ts';
export { namespaceLifecycle } from './lifecycle.ts';
export { preview } from './preview.ts';
export { domainRecheck } from './recheck-domains.ts';
export { orphanSweep } from './sweep-orphans.ts';
