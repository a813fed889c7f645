import { isInForeground } from './processes.ts';

/** What a terminal itself would turn into signals. */
const SIGNALS = new Map<string, NodeJS.Signals>([
  ['\u0003', 'SIGINT'],
  ['\u001c', 'SIGQUIT'],
  ['\u001a', 'SIGTSTP'],
]);

/** Whether somebody can press a key: not without a terminal, nor in the background, where reading would stop the process. */
export function keysCanBePressed(
  input: { readonly isTTY?: boolean } = process.stdin,
  output: { readonly isTTY?: boolean } = process.stdout,
): boolean {
  return !!input.isTTY && !!output.isTTY && isInForeground();
}

/**
 * Reads the keys of a terminal, one at a time and without Enter, until it is disposed. Ctrl-C, Ctrl-Z and Ctrl-\ do what they always do: the
 * terminal no longer turns them into signals for its foreground processes, so this does. Node gives the terminal back however the process ends,
 * unless by SIGKILL.
 *
 * @param press gets a key as it was typed; not what was pasted, and no arrows
 * @returns undefined where nobody can press a key
 */
export function readKeys(
  press: (key: string) => void,
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stdout,
): Disposable | undefined {
  if (!keysCanBePressed(input, output)) return undefined;
  const begin = () => {
    input.setRawMode(true);
    input.resume();
  };
  const end = () => {
    input.setRawMode(false);
    input.pause();
  };
  const read = (typed: string) => {
    const signal = SIGNALS.get([...typed].find((key) => SIGNALS.has(key)) ?? '');
    if (signal === undefined) {
      if (typed.length === 1) press(typed);
      return;
    }
    // Who is interrupted may have something to say first; the others end or stop at once.
    if (signal !== 'SIGINT') end();
    // As the terminal does: all processes of its foreground, npm included.
    process.kill(0, signal);
  };
  // After `fg`; after `bg` the terminal is somebody else's.
  const goOn = () => {
    if (isInForeground()) begin();
  };
  input.setEncoding('utf8');
  input.on('data', read);
  process.on('SIGCONT', goOn);
  begin();
  return {
    [Symbol.dispose]() {
      end();
      input.off('data', read);
      process.off('SIGCONT', goOn);
    },
  };
}
