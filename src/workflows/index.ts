// The bundle's entry: exactly the workflows that a worker offers.
export { namespaceLifecycle } from './lifecycle.ts';
export { preview } from './preview.ts';
export { orphanSweep } from './sweep-orphans.ts';
