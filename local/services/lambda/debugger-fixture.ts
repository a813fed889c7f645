import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapping } from 'node:module';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { pollWithin } from '../../../tooling/timing.ts';

const PATIENCE_MS = 60_000;

type Message = { id?: number; method?: string; params?: never; result?: never; error?: { message: string } };
type Script = { readonly scriptId: string; readonly url: string; readonly sourceMapURL: string };
type Frame = {
  readonly callFrameId: string;
  readonly location: { scriptId: string; lineNumber: number; columnNumber: number };
};

/**
 * A debugger: a client of Node's inspector, by the protocol that editors speak. It is detached when the test is over.
 * https://chromedevtools.github.io/devtools-protocol/v8/Debugger/
 */
export class Debugger {
  readonly #socket: WebSocket;
  readonly #calls: PromiseWithResolvers<never>[] = [];
  readonly #scripts: Script[] = [];
  #stop: readonly Frame[] | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#read(JSON.parse(String(data))));
    onTestFinished(() => this.detach());
  }

  /** Attaches to the program whose inspector listens at a port of 127.0.0.1, once there is one. */
  static async attach(port: number): Promise<Debugger> {
    const url = await eventually(`an inspector at ${port}`, async () => {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
      const [target] = ((await response?.json()) ?? []) as { webSocketDebuggerUrl: string }[];
      return target?.webSocketDebuggerUrl;
    });
    const socket = new WebSocket(url);
    await once(socket, 'open');
    const attached = new Debugger(socket);
    for (const domain of ['Runtime', 'Debugger']) await attached.call(`${domain}.enable`);
    return attached;
  }

  /**
   * Sets a breakpoint in a source, where its program's source map leads.
   *
   * @param file the absolute path of the source
   * @param text what the line begins with
   * @returns the line in the source, from 1 on
   */
  async breakAt(file: string, text: string): Promise<number> {
    const lines = readFileSync(file, 'utf8').split('\n');
    const line = lines.findIndex((each) => each.trimStart().startsWith(text)) + 1;
    if (line === 0) throw new Error(`No line of ${file} begins with: ${text}`);
    const location = await eventually(`code for line ${line} of ${file}`, () =>
      this.#scripts.flatMap((script) => generatedPlace(script, { file, line })).at(0),
    );
    await this.call('Debugger.setBreakpoint', { location });
    return line;
  }

  /** Waits until the program has stopped at a breakpoint. @returns the source and the line, from 1 on, of the source map */
  async stopped(): Promise<{ file: string; line: number }> {
    const [frame] = await eventually('a stop', () => this.#stop);
    const script = this.#scripts.find(({ scriptId }) => scriptId === frame?.location.scriptId);
    const { lineNumber = 0, columnNumber = 0 } = frame?.location ?? {};
    const place = originalPlace(sourceMapOf(script), lineNumber, columnNumber);
    if (place === undefined) throw new Error('It has stopped where no source is known.');
    return place;
  }

  /** The value of an expression where the program has stopped. */
  async evaluate(expression: string): Promise<unknown> {
    const [frame] = await eventually('a stop', () => this.#stop);
    const parameters = { callFrameId: frame?.callFrameId, expression, returnByValue: true };
    const { result } = await this.call<{ result: { value: unknown } }>('Debugger.evaluateOnCallFrame', parameters);
    return result.value;
  }

  async resume(): Promise<void> {
    this.#stop = undefined;
    await this.call('Debugger.resume');
  }

  /** As an editor that is closed: the program goes on. */
  detach(): void {
    this.#socket.close();
  }

  /** Resolves when the program has gone. */
  async gone(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.CLOSED) await once(this.#socket, 'close');
  }

  call<T = unknown>(method: string, params: object = {}): Promise<T> {
    const pending = Promise.withResolvers<never>();
    this.#calls.push(pending);
    this.#socket.send(JSON.stringify({ id: this.#calls.length, method, params }));
    return pending.promise;
  }

  #read({ id, method, params, result, error }: Message): void {
    if (method === 'Debugger.scriptParsed' && params) this.#scripts.push(params);
    if (method === 'Debugger.paused' && params) this.#stop = (params as { callFrames: Frame[] }).callFrames;
    const call = id === undefined ? undefined : this.#calls[id - 1];
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result as never);
  }
}

async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const seen = await pollWithin<T>(PATIENCE_MS, look);
  if (seen === undefined) throw new Error(`There was not ${what} in ${PATIENCE_MS / 1000} s.`);
  return seen;
}

function sourceMapOf(script: Script | undefined): SourceMap | undefined {
  if (!script?.url.startsWith('file:') || !script.sourceMapURL) return undefined;
  const { sourceMapURL, url } = script;
  const text = sourceMapURL.startsWith('data:')
    ? Buffer.from(sourceMapURL.replace(/^.*?,/, ''), 'base64').toString('utf8')
    : readFileSync(new URL(sourceMapURL, url), 'utf8');
  const map = JSON.parse(text);
  return new SourceMap({ ...map, sources: map.sources.map((each: string) => (map.sourceRoot ?? '') + each) });
}

/** Where the code of a program begins that was made of a line of a source, if any was. */
function generatedPlace(script: Script, { file, line }: { file: string; line: number }) {
  const map = sourceMapOf(script);
  const code = map ? readFileSync(fileURLToPath(script.url), 'utf8').split('\n') : [];
  const lineNumber = code.findIndex((text, index) => {
    const place = originalPlace(map, index, text.search(/\S/));
    return place?.file === file && place.line === line;
  });
  const columnNumber = code[lineNumber]?.search(/\S/);
  return lineNumber < 0 ? [] : [{ scriptId: script.scriptId, lineNumber, columnNumber }];
}

function originalPlace(map: SourceMap | undefined, line: number, column: number) {
  const entry: Partial<SourceMapping> = map?.findEntry(line, column) ?? {};
  const { originalSource, originalLine } = entry;
  if (originalSource === undefined || originalLine === undefined) return undefined;
  return { file: originalSource, line: originalLine + 1 };
}
