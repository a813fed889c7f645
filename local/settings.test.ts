import { afterEach, describe, expect, it, vi } from 'vitest';
import { readSettings, settingsOf, startCommand } from './settings.ts';

afterEach(() => vi.unstubAllEnvs());

describe('settings', () => {
  it('have the published ports unless told otherwise', () => {
    expect(readSettings().ports).toEqual({ api: 8080, site: 3000, postgres: 5432, aws: 4566, kafka: 9092 });
  });

  it('are taken from variables, and from flags before those', () => {
    vi.stubEnv('ORDERFLOW_API_PORT', '9080');
    vi.stubEnv('ORDERFLOW_KAFKA_PORT', '9999');
    expect(readSettings(['--api-port', '9081']).ports).toMatchObject({ api: 9081, kafka: 9999 });
  });

  it('run the stage dev with the bucket that clients know, besides what is given', () => {
    expect(readSettings(['-c', 'stage=prod', '-c', 'x=a=b']).context).toEqual({
      stage: 'prod',
      receiptsBucket: 'order-receipts',
      x: 'a=b',
    });
    expect(readSettings().context).toEqual({ stage: 'dev', receiptsBucket: 'order-receipts' });
  });

  it.each([
    [['--prot', '1'], /--prot/],
    [['--api-port', 'x'], /--api-port.*'x'.*port number, 0 to 65535/],
    [['--api-port', '65536'], /--api-port/],
    [['--data-dir', ''], /--data-dir.*empty/],
    [['--database-password', ''], /--database-password.*empty/],
    [['-c', 'stage'], /key=value/],
  ])('refuse %j by name', (args, sentence) => {
    expect(() => parse(args)).toThrow(sentence);
  });

  it.each([
    ['ORDERFLOW_DATA_DIR', '', /ORDERFLOW_DATA_DIR.*empty/],
    ['ORDERFLOW_API_PORT', 'x', /--api-port.*'x'.*ORDERFLOW_API_PORT/],
  ])('refuse the variable %s=%s by name', (name, value, sentence) => {
    vi.stubEnv(name, value);
    expect(() => parse([])).toThrow(sentence);
  });

  it('are all in the help, with their variables and defaults', () => {
    const help = startCommand().helpInformation().replaceAll(/\s+/g, ' ');
    for (const [part, usual] of Object.entries(readSettings().ports)) {
      expect(help).toMatch(
        new RegExp(`--${part}-port <port> [^()]+\\(default: ${usual}, env: ORDERFLOW_${part.toUpperCase()}_PORT\\)`),
      );
    }
  });
});

/** As {@link readSettings}, without the message on the terminal. */
function parse(args: readonly string[]) {
  return settingsOf(
    startCommand()
      .configureOutput({ writeErr: () => {} })
      .parse(args, { from: 'user' })
      .opts(),
  );
}
