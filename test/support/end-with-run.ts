// Ends the process of a test file when the run that started it is gone, however it went: whatever the file has started hangs
// on a leash that this process holds. And what the file left on the shared servers ends with the file.
import { afterAll } from 'vitest';
import { leaveNothing } from './leftovers.ts';

process.once('disconnect', () => process.exit(1));

afterAll(leaveNothing);
