// `npm start`: set-up, then the embedded platform with a request from beginning to end. Plain JavaScript without
// dependencies.
import { next, script } from './next.mjs';
import { endWithSignals } from './run.mjs';
import { setup } from './setup.mjs';

const args = process.argv.slice(2);
const ownCluster = Boolean(process.env.KUBECONFIG) || args.some((arg) => /^--kubeconfig(=|$)/.test(arg));
endWithSignals();
try {
  const env = await setup({
    controlPlane: !ownCluster,
    temporal: !process.env.TEMPORAL_ADDRESS,
    testServer: false,
    crds: !ownCluster,
  });
  process.exitCode = await next([script('src', 'local', 'start.ts'), ...args], env);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
