import { describe, expect, it } from 'vitest';
import { deployedText, upText } from './report.ts';
import { runningFixture } from './running-fixture.ts';

const running = runningFixture({ shards: ['127.0.0.1:5432', '127.0.0.1:5433'], apiUrl: 'http://localhost:8080' });

describe('what a command says at its end', () => {
  it('is every address, and what comes next where it runs', () => {
    expect(upText(running, 3.14).split('\n')).toEqual([
      '',
      'LocalStack, Postgres and Kafka are up after 3.1 s:',
      '  LocalStack  http://127.0.0.1:1  (key test, secret test)',
      '  Kafka       127.0.0.1:1',
      '  shard1      127.0.0.1:5432',
      '  shard2      127.0.0.1:5433',
      '',
      'Next, in another terminal: `npm run localstack -- deploy`. Ctrl-C stops this run.',
    ]);
  });

  it('is that containers stay', () => {
    expect(upText({ ...running, mode: 'docker' }, 1)).toMatch(
      /Everything stays up until `npm run localstack -- destroy`\.$/,
    );
  });

  it('is where the API and the dashboard are, once they are deployed', () => {
    const text = deployedText(running, { SiteUrl: 'http://site.localhost', ReceiptsBucketName: 'receipts' }, 42);
    expect(text).toContain('OrderFlow is deployed to LocalStack after 42.0 s:\n  API         http://localhost:8080\n');
    expect(text).toContain('\n  dashboard   http://site.localhost\n');
  });
});
