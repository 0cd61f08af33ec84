// The leash: one tiny shell that outlives this process and, when it vanishes (even by SIGKILL), kills the children
// that it was told of and removes the folders that it was told of. It must know nothing about what they are.
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface Leash {
  pid: number;
  /** The child leads its own process group: what it starts goes with it. */
  hold(pid: number): void;
  release(pid: number): void;
  /** Only for a folder that this process creates and nobody else may need afterwards. */
  removeFolder(folder: string): void;
  /** True once it was let go: nothing may be started any more. */
  over(): boolean;
  /** Ends the shell now; what it still holds dies as if this process had. Resolves when all of it is gone. */
  letGo(): Promise<void>;
}

// Reads "verb value" lines; the end of the pipe is the end of its owner. TERM first, so that a worker hands back its
// tasks; after 1.5 s KILL: the data is thrown away, and an API server without its etcd would linger. In a container
// nobody may collect the dead: a zombie counts as gone. Signals that a terminal sends to everybody must not end the one
// who cleans up.
const SCRIPT = `
trap '' INT TERM HUP QUIT
pids=' ' dirs=
while IFS=' ' read -r verb value; do
  case $verb in
    hold) pids="$pids$value " ;;
    release) case $pids in *" $value "*) pids="\${pids%%" $value "*} \${pids#*" $value "}" ;; esac ;;
    remove) dirs="$dirs$value
" ;;
  esac
done
alive() {
  for p in $pids; do
    kill -0 "-$p" 2>/dev/null || continue
    state=; { read -r _ _ state _ < "/proc/$p/stat"; } 2>/dev/null
    [ "$state" = Z ] || return 0
  done
  return 1
}
for p in $pids; do kill -TERM "-$p" 2>/dev/null; kill -CONT "-$p" 2>/dev/null; done
n=0
while alive && [ $n -lt 15 ]; do sleep 0.1; n=$((n+1)); done
for p in $pids; do kill -KILL "-$p" 2>/dev/null; done
n=0
while alive && [ $n -lt 20 ]; do sleep 0.1; n=$((n+1)); done
printf '%s' "$dirs" | while IFS= read -r dir; do rm -rf -- "$dir"; done
`;

export function createLeash(): Leash {
  // Its own session, so that Ctrl-C in the terminal does not reach it; "/" so that it keeps no folder busy.
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'naas-leash'], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const { pid } = shell;
  if (pid === undefined) throw new Error('cannot start /bin/sh, which ends the servers when this process dies');
  const gone = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  const pipe: Writable = shell.stdin;
  pipe.on('error', () => {}); // A leash that died cannot be told anything; its owner still stops its children itself.
  shell.unref();
  const tell = (line: string): void => {
    pipe.write(`${line}\n`);
  };
  return {
    pid,
    hold: (child) => tell(`hold ${child}`),
    release: (child) => tell(`release ${child}`),
    removeFolder: (folder) => tell(`remove ${folder}`),
    over: () => pipe.writableEnded,
    letGo: () => {
      shell.ref();
      if (!pipe.writableEnded) pipe.end();
      return gone;
    },
  };
}
