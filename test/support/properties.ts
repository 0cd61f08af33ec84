// fast-check with the run's seed, so that a property that fails can be met again with the rest of its run.
import fc from 'fast-check';
import { runSeed } from './run-seed.ts';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: runSeed() });

export default fc;
