// Writes the workflow bundle to the file that its argument names: one step of `npm run build`.
import { bundleWorkflows } from '../src/local/workflow-bundle.ts';

const [outFile] = process.argv.slice(2);
if (outFile === undefined) throw new Error('name the file to write: node tools/bundle.mjs FILE');
await bundleWorkflows({ outFile });
