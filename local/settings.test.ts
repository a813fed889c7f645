import { describe, expect, it } from 'vitest';
import { helpText, parseCommand, type Settings } from './settings.ts';

function settingsOf(args: readonly string[], env: NodeJS.ProcessEnv = {}): Settings {
  const command = parseCommand(args, { HOME: '/home/somebody', ...env });
  if (command.verb === 'help') throw new Error('asked for help');
  return command.settings;
}

describe('settings', () => {
  it('have the published ports unless told otherwise', () => {
    expect(settingsOf([]).ports).toEqual({ api: 8080, site: 3000, postgres: 5432, aws: 4566, kafka: 9092 });
  });

  it('are taken from variables, and from flags before those', () => {
    const env = { ORDERFLOW_API_PORT: '9080', ORDERFLOW_KAFKA_PORT: '9999' };
    expect(settingsOf(['--api-port', '9081'], env).ports).toMatchObject({ api: 9081, kafka: 9999 });
  });

  it('run the stage dev with the bucket that clients know, besides what is given', () => {
    expect(settingsOf(['-c', 'stage=prod', '-c', 'x=a=b']).context).toEqual({
      stage: 'prod',
      receiptsBucket: 'order-receipts',
      x: 'a=b',
    });
  });

  it.each([
    [['--prot', '1'], /--prot/],
    [['--api-port', 'x'], /--api-port.*ORDERFLOW_API_PORT.*"x"/],
    [['--api-port', '65536'], /--api-port/],
    [['--data-dir', ''], /--data-dir.*ORDERFLOW_DATA_DIR.*empty/],
    [['--database-password', ''], /--database-password.*empty/],
    [['-c', 'stage'], /key=value/],
  ])('refuse %j by name', (args, sentence) => {
    expect(() => settingsOf(args)).toThrow(sentence);
  });

  it('refuse an empty variable by name', () => {
    expect(() => settingsOf([], { ORDERFLOW_DATA_DIR: '' })).toThrow(/ORDERFLOW_DATA_DIR/);
  });

  it('are all in the help', () => {
    for (const flag of ['api', 'site', 'postgres', 'aws', 'kafka']) expect(helpText()).toContain(`--${flag}-port`);
    expect(parseCommand(['--help'], {})).toEqual({ verb: 'help' });
  });
});
