import { describe, expect, it, vi } from 'vitest';
import { memoryLog } from '../../../tooling/log-fixture.ts';
import { brokerLog } from './broker-log.ts';

const STARTED = 'INFO KafkaRaftServer Kafka Server started';
/** As Kafka 4.1 prints it at a start after a kill, shortened where it lists features. */
const REGISTRATION = [
  'ERROR ControllerApis [ControllerApis nodeId=1] Unexpected error handling request RequestHeader(apiKey=CONTROLLER_REGISTRATION) ' +
    `-- ControllerRegistrationRequestData(controllerId=1, features=[${'Feature(name), '.repeat(100)}])`,
  'java.util.concurrent.CompletionException: org.apache.kafka.common.errors.NotControllerException: The active controller appears to be node 1.',
  '\tat java.base/java.util.concurrent.CompletableFuture.encodeThrowable(CompletableFuture.java:332)',
];

function relay(...lines: string[]) {
  const log = memoryLog();
  lines.forEach(brokerLog(log, (line) => line === STARTED));
  return { all: log.lines, shown: () => log.lines.filter((line) => !line.startsWith('debug')) };
}

describe('the log of a broker', () => {
  it('shows an error by its beginning and its cause, and keeps all of it', () => {
    const { all, shown } = relay(STARTED, ...REGISTRATION);
    expect(shown()).toEqual([
      'error test ControllerApis [ControllerApis nodeId=1] Unexpected error handling request ' +
        'RequestHeader(apiKey=CONTROLLER_REGISTRATION): The active controller appears to be node 1. (all of it is in the log file)',
    ]);
    expect(all).toEqual(expect.arrayContaining(REGISTRATION.map((line) => `debug test ${line}`)));
  });

  it('shows nothing of what a broker reports while it starts', () => {
    expect(relay(...REGISTRATION, STARTED).shown()).toEqual([]);
  });

  it('shows a warning without a stack as well, with the next line or soon', async () => {
    expect(relay(STARTED, 'WARN A slow', 'INFO B else').shown()).toEqual([
      'warn test A slow (all of it is in the log file)',
    ]);
    const { shown } = relay(STARTED, 'FATAL A gone');
    await vi.waitFor(() => expect(shown()).toEqual(['error test A gone (all of it is in the log file)']));
  });

  it('cuts long texts', () => {
    const [line = ''] = relay(STARTED, `ERROR A ${'x'.repeat(2_000)}`, `java.lang.Error: ${'y'.repeat(2_000)}`).shown();
    expect(line.length).toBeLessThan(400);
  });
});
